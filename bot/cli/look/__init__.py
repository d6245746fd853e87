"""Commands that only look: at rights, requests and pipelines. They change nothing, and create no database."""
