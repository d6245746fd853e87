"""The access linter: finds what is wrong with grants and rules before an emergency does. Pure."""
