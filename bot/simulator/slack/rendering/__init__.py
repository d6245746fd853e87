"""Messages and modals as text that a person reads. Pure."""
