"""Shutdown times: the seconds that each part of a shutdown takes at most, in their order. Service managers give ten in all.

What is left of the ten is for what has no deadline of its own: cancelling tasks, closing the database, and Python's end,
on a busy machine. A part that is cut off loses nothing: the next process resumes from the database.
"""

DELIVERIES = 2.5  # acks under way: each waits two seconds at most for its work
LOOPS = 2.0  # the current transaction, and messages that Slack has but did not confirm
BACKGROUND_TASKS = 1.5  # replies that people wait for
STORE_LOCK = 0.5  # another process that has the database locked, for each of the last writes
HTTP_SERVER_CUT_OFF = 0.05  # connections that are cut off, waited for twice by aiohttp
ADMIN_REQUESTS = 0.5
TRACES = 0.5
LOG_LINES = 0.5

LOSS_REPORT = 5.0  # of a lost database, to people in Slack, beside the first three
