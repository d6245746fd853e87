"""Text and blocks, as Slack takes them: the tools that sentences and views are built with. Pure."""
