"""What people do from Slack, one module for each subject: it decides, stores and returns a reply."""
