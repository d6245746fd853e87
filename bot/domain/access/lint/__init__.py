"""The access linter: what is wrong with grants and rules, before an emergency shows it. Pure."""
