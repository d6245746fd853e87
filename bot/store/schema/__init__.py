"""The schema and its migrations. A released step is never edited."""
