"""How bad a sender says it is: one scale for the words of every tool.

A word that we do not know counts as the middle, because it must neither wake everybody nor be
taken for information. The word is kept beside the alert, so that operators are told of it and
somebody can repair the rule.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from playbooks.domain.signal import Signal

UNKNOWN_SEVERITY: Final = 3
LINT: Final = "unknown_severity"
"""The label under which an unknown word is kept."""
_MAX_WORD = 80

_SEVERITIES = {
    1: "critical crit fatal emergency disaster page p1 sev0 1",
    2: "high error major p2 sev1 2",
    3: "warning warn average moderate medium p3 sev2 3",
    4: "low minor p4 sev3 4",
    5: "info informational information notice debug none p5 sev4 5",
}
_LEVELS = {word: level for level, words in _SEVERITIES.items() for word in words.split()}


def severity_of(word: str) -> int:
    """1 (worst) to 5 (information) for the words of the common tools, in whatever case."""
    return _LEVELS.get(_plain(word), UNKNOWN_SEVERITY)


def linted(labels: Mapping[str, str], word: str) -> dict[str, str]:
    """The labels, and among them a severity that we do not know. Saying nothing is no mistake."""
    if not _plain(word) or _plain(word) in _LEVELS:
        return dict(labels)
    return {**labels, LINT: word.strip()[:_MAX_WORD]}


def unknown_severities(signals: Iterable[Signal]) -> tuple[str, ...]:
    """The words in one delivery that counted as the middle because nobody knows them, sorted."""
    return tuple(sorted({signal.labels[LINT] for signal in signals if LINT in signal.labels}))


def _plain(word: str) -> str:
    return word.strip().lower()
