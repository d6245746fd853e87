"""Handlers that look: pipelines, requests and history. They change nothing but the audit log of refusals."""
