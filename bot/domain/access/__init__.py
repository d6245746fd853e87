"""Who may do what: roles and grants, rules, freezes, and whether an operation may go ahead. Pure."""
