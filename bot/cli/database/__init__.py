"""`pipeline-bot backup` and `restore`: copies of the database."""
