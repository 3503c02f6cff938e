"""What grows with size and what must not: measured on demand, never in a test."""
