"""`pipeline-bot audit`: verify and export the audit log."""
