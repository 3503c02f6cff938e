"""A lint for words that people add to an update by hand.

Updates are composed from released statements, and that is the guarantee. A person may add
a sentence, and people quote from memory what the room believes: this catches most of it,
says which words it minds, and offers the way out.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from playbooks.domain.reach import was_told
from playbooks.domain.statement import Audience, Statement, StatementClass, StatementStatus
from playbooks.domain.wording import words

QUOTED_SHARE = 0.5
"""From this share of a statement's own words on, a text repeats it."""
QUOTED_WORDS = 2
"""One word in common is a coincidence."""

_CAUSE = re.compile(
    r"\b(root causes?|caused by|due to|because of|culprit|fault of|triggered by)\b", re.IGNORECASE
)
_HEDGE = re.compile(
    r"\b(believed?|suspect(?:s|ed)?|probabl[ey]|likely|seems?|may be|maybe|might be|possibly|presumably)\b",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")


def withheld(
    text: str,
    statements: Sequence[Statement],
    *,
    audience: Audience = Audience.STAKEHOLDER,
    known: Collection[str] = (),
    guesses: Collection[str] = (),
) -> str | None:
    """Why the text must not go to the audience, or None if nothing speaks against it.

    ``known`` are texts the readers have anyway, such as titles of services; ``guesses`` are
    hypotheses that were written into the log.
    """
    told = [s for s in statements if was_told(s, audience)]
    return (
        _repeats_a_guess(text, guesses, told, known)
        or _repeats(text, [s for s in statements if not was_told(s, audience)], told, known)
        or _names_a_cause(text, told)
        or _guesses(text, told)
    )


def _repeats(
    text: str, untold: Sequence[Statement], told: Sequence[Statement], known: Collection[str]
) -> str | None:
    """Words count against the text only if the readers have not seen them anywhere else."""
    for statement in untold:
        shared = _shared(text, statement.text, told, known)
        if shared:
            return (
                f"“{shared}” comes from a statement that was not released: “{statement.text}”. "
                "Release that one, or write it without these words."
            )
    return None


def _repeats_a_guess(
    text: str, guesses: Collection[str], told: Sequence[Statement], known: Collection[str]
) -> str | None:
    for guess in guesses:
        shared = _shared(text, guess, told, known)
        if shared:
            return (
                f"“{shared}” comes from a hypothesis in the log: “{guess}”. It stays in the room. "
                "State it with /incident hypothesis and have it verified, or write it without these words."
            )
    return None


def _shared(text: str, source: str, told: Sequence[Statement], known: Collection[str]) -> str:
    """The words of a source that the text repeats and the readers do not know; empty if too few."""
    free = {word for other in (*(s.text for s in told), *known) for word in words(other)}
    own = set(words(source)) - free
    said = set(words(text))
    shared = [word for word in dict.fromkeys(words(source)) if word in own & said]
    enough = len(shared) >= QUOTED_WORDS and len(shared) >= QUOTED_SHARE * len(own)
    return " ".join(shared) if enough else ""


def _names_a_cause(text: str, told: Sequence[Statement]) -> str | None:
    phrase = _unsupported(text, _CAUSE, told, StatementClass.CAUSE)
    if phrase is None:
        return None
    return f"“{phrase}” names a cause, and no such cause was released. Release it first, or leave it out."


def _guesses(text: str, told: Sequence[Statement]) -> str | None:
    phrase = _unsupported(text, _HEDGE, told, StatementClass.ESTIMATE)
    if phrase is None:
        return None
    return f"“{phrase}” is a guess. Write what is known, or release an estimate as a range."


def _unsupported(
    text: str, pattern: re.Pattern[str], told: Sequence[Statement], kind: StatementClass
) -> str | None:
    """A phrase in a sentence that quotes no released statement which may use such a phrase."""
    for sentence in _SENTENCE.split(text):
        found = pattern.search(sentence)
        if found is None:
            continue
        allowed = [s for s in told if s.kind is kind or pattern.search(s.text)]
        if not any(_quotes(sentence, source) for source in allowed):
            return found.group()
    return None


def _quotes(sentence: str, source: Statement) -> bool:
    own = set(words(source.text))
    return source.status is StatementStatus.RELEASED and len(own & set(words(sentence))) >= (
        QUOTED_SHARE * len(own)
    )
