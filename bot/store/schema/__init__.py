"""The database schema and its migrations. A released migration is never edited."""
