"""The crash matrix: the bot is killed at each of its commits, requests, responses and posts, and the books must balance.

Seams are found, not listed: whatever the bot commits, sends or receives is one. `python -m tests.crash_matrix --help`.
"""
