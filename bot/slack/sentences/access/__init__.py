"""Sentences about access: roles, rules, decisions, and entries of the audit log. They decide nothing."""
