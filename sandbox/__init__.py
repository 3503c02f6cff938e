"""A Slack workspace on one machine, for bots to run against.

It is judged by Slack's published documentation, never by what our bot happens to
need; it imports nothing of ours, nor Slack's SDK.
"""
