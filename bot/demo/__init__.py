"""The whole product on one machine: sandbox, bot, and a story that plays an incident.

This package is the only one of ours that knows the sandbox.
"""
