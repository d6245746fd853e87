"""A request as access decides it: what is asked for, and what objects to it. Pure."""
