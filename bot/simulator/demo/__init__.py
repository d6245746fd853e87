"""`pipeline-bot demo`: an incident played with the real bot, a simulated Slack and a simulated Feldera."""

from bot.simulator.demo.play import play

__all__ = ["play"]
