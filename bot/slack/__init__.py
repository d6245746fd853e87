"""Adapter to Slack: transports, listeners, Web API calls, publishing, views and text. It authorizes nobody."""
