"""Messages about access: grants, rules, freezes, and what a person may do. They decide nothing."""
