"""What happens: use cases that load, decide, record and commit."""
