"""People of the simulated workspace, and only what a person can see and do in Slack's client."""
