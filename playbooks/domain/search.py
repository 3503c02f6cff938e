"""Which words of an entry can be searched, and when they match: every word somewhere in it, in any case."""

from __future__ import annotations

from playbooks.domain.entry import Entry

OF_MESSAGES = frozenset(("MessageSaid", "MessageEdited", "KeyEventMarked"))
"""Entries that may hold a wording of a message, which need not be its newest."""
_NOT_FOUND = frozenset(("MessageDeleted", "WordsRemoved"))
_IN = ("text", "choice", "after", "title", "name", "task", "reason", "note", "ref")
"""Fields in which people's words stand."""


def terms(words: str) -> tuple[str, ...]:
    """What has to occur; ``STRASSE`` finds ``Straße``."""
    return tuple(dict.fromkeys(words.casefold().split()))


def holds(text: str, wanted: tuple[str, ...]) -> bool:
    """Whether every term occurs."""
    folded = text.casefold()
    return all(term in folded for term in wanted)


def words_of(entry: Entry) -> str:
    """What people wrote in an entry; nothing for one that points at words which are gone."""
    body = entry.body
    if body is None or entry.kind in _NOT_FOUND:
        return ""
    return "\n".join(value for field in _IN if isinstance(value := body.get(field), str))
