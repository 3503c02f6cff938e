"""From an effect that is owed to a call that Slack has answered."""
