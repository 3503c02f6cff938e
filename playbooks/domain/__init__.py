"""The nouns and rules of the protocol: pure values and functions, no I/O and no clock."""
