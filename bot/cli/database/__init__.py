"""`pipeline-bot backup`, `restore` and `archive`: copies of the database, and moving old parts of it out."""
