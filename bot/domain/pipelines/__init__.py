"""Pipelines as Feldera shows them: their state, their events, and what an observation proves. Pure."""
