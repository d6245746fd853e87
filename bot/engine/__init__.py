"""The engine: use cases and the loops that carry them out, in terms of the ports they need."""
