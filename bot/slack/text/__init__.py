"""Words and markup that the views are made of. Pure."""
