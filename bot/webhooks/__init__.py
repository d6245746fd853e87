"""Webhooks: the audit log's entries as CloudEvents, signed by the Standard Webhooks scheme and sent over HTTP.

It decides what an entry looks like outside, and never when it is sent, or what is stored.
"""
