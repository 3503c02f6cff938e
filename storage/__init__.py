"""The database and nothing else: what happened, what is owed, what arrived, when to look again."""
