"""Handlers of what people do in Slack, one module per subject: each decides, stores and returns a reply."""
