"""The program of a bot with seams: `bot.simulator.bot.program`.

Its arguments are the file for the hits of seams, and the hit at which it is killed: empty, if it is not.
"""

import asyncio
import sys
from pathlib import Path

from bot.simulator.bot.program import be_the_bot
from tests.crash_matrix.seams import SeamLog, put_seams_into_this_process

if __name__ == "__main__":
    _, file, kill_at = sys.argv
    loop_factory = put_seams_into_this_process(SeamLog(Path(file), kill_at))
    with asyncio.Runner(loop_factory=loop_factory) as runner:
        runner.run(be_the_bot())
