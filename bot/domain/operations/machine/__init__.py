"""The state machine of operations: `advance` and the transitions that it chooses from. Pure."""
