"""Slack's edge: listeners that parse, call one use case, answer and acknowledge."""
