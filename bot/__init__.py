"""A Slack bot with which teams operate Feldera pipelines safely."""
