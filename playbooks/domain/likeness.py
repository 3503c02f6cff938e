"""How alike two texts or two sets are, from 0 to 1: symmetric, and 1 with itself.

Half shared words, half shared letters of words, so that "exhausted" and "exhaustion" are
near each other. What differs each time (numbers, ids, addresses) does not count.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from collections.abc import Set as AbstractSet

from playbooks.domain.wording import lasting_words

TRIGRAM = 3


def text_similarity(one: str, other: str) -> float:
    """How alike two sentences are."""
    if one == other:
        return 1.0
    ours, theirs = frozenset(lasting_words(one)), frozenset(lasting_words(other))
    return (jaccard(ours, theirs) + jaccard(_trigrams(ours), _trigrams(theirs))) / 2


def closest(ours: Iterable[str], theirs: Iterable[str]) -> float:
    """The likeness of the two sentences that are most alike; 0 if a side has none."""
    others = tuple(theirs)
    return max((text_similarity(one, other) for one in ours for other in others), default=0.0)


def jaccard(ours: AbstractSet[Hashable], theirs: AbstractSet[Hashable]) -> float:
    """The share of common elements; two empty sets have nothing in common."""
    return len(ours & theirs) / len(ours | theirs) if ours or theirs else 0.0


def normalised(signature: Iterable[str]) -> frozenset[str]:
    """``alert:<name>``, ``err:<code>`` and so on, in whatever case they were written."""
    return frozenset(sign.strip().casefold() for sign in signature if sign.strip())


def _trigrams(words: Iterable[str]) -> frozenset[str]:
    """Every run of three letters inside a word; shorter words count whole."""
    return frozenset(
        word[start : start + TRIGRAM] for word in words for start in range(max(1, len(word) - TRIGRAM + 1))
    )
