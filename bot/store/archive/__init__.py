"""Archives: the oldest part of the audit log, and the operations that it is about, move to a database of their own."""
