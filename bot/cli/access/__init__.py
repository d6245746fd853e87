"""The access commands: `grant`, `revoke`, `rule`, `freeze` and the access file."""
