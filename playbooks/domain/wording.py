"""Words as rules compare them: which ones two texts share, whatever their form.

Deliberately simple and explainable: lower case, no filler words, light endings removed.
Two rules read it. One keeps unreleased statements out of free text, one recognises a
known error.
"""

from __future__ import annotations

import re
import unicodedata

FILLERS = (
    frozenset(("a", "an", "the", "this", "that", "it", "its", "and", "or", "as", "get"))
    | frozenset(("is", "are", "was", "were", "be", "been"))
    | frozenset(("of", "for", "at", "in", "on", "to", "by", "with", "from", "after"))
)
ENDINGS = ("ing", "ed", "es", "s")
SHORTEST_STEM = 5
"""Shorter stems would make different words alike, such as "use" and "user"."""

_WORD = re.compile(r"\d+(?:[.:]\d+)*|[^\W\d_]+")
# What changes from one occurrence to the next: addresses, identifiers, numbers.
_VOLATILE = re.compile(
    r"""
    \w+://\S+                            # URLs
    | \b[0-9a-f]{8}-[0-9a-f-]{27}\b      # UUIDs
    | \b0x[0-9a-f]+\b                    # pointers
    | \b(?=\w*\d)[0-9a-f]{7,}\b          # hashes and hexadecimal ids
    | \S+@\S+                            # mail addresses
    | \b\w*\d\w*(?:[.:,/-]\d+)*\b        # numbers, versions, IP addresses, vm12
    """,
    re.VERBOSE,
)


def words(text: str) -> tuple[str, ...]:
    """The words that carry meaning, in order, numbers and versions included."""
    found = _WORD.findall(unicodedata.normalize("NFKC", text).casefold())
    return tuple(_stem(word) for word in found if word not in FILLERS)


def lasting_words(text: str) -> tuple[str, ...]:
    """``words`` without what differs each time something happens: numbers, ids, addresses."""
    return words(_VOLATILE.sub(" ", unicodedata.normalize("NFKC", text).casefold()))


def _stem(word: str) -> str:
    for ending in ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= SHORTEST_STEM:
            return word.removesuffix(ending)
    return word
