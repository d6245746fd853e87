"""Seeded chaos: simulated days of a whole team with every fault of both simulators, checked by an independent oracle.

`python -m tests.chaos --seed N` plays one day; `docs/guarantees.md` says what is checked, and what a replay gives.
"""
