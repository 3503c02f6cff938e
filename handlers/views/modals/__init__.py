"""Dialogs, by topic. Each opens with what is known filled in and asks for one thing."""
