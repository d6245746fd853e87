"""`grant`, `revoke`, `rule`, `freeze` and the access file."""
