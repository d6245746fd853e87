"""Operations: their data, the state machine, and the inputs that move them. Pure."""
