"""The protocol: what a major incident is, and what must happen."""
