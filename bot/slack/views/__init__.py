"""Messages, modals and the Home tab as Block Kit. Pure."""
