"""`python -m tests.benchmarks`: how quick the bot is with many live operations, beside a bare Bolt in the same run.

The bot, the simulated Feldera, the bare Bolt app and whoever sends the load are processes of their own; the simulated
Slack is in the process that conducts them. What is measured, and what it came to, is in docs/performance.md. No number
makes it fail: a machine may be as busy as it likes.
"""
