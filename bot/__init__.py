"""The process: wiring, workers, the command line, and the one gateway that speaks to Slack."""
