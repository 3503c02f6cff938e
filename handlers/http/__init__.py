"""The HTTP edge: one URL table, authenticity checked on raw bytes, problems as JSON."""
