"""Text and markup for the views: sentences, labels, mrkdwn and blocks. Pure."""
