"""What Slack delivers to the app, over Socket Mode or signed HTTP, and what the app's answers do."""
