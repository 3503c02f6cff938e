"""Slack, as the bot speaks to it: one gateway, its limits, its answers, and what to do about doubt."""
