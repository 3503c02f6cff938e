"""What an entry that somebody writes into the log is, in one word, where its writer says so."""

from __future__ import annotations

import re
from enum import StrEnum


class Label(StrEnum):
    """The kinds that a reader looks for."""

    OBSERVATION = "observation"
    HYPOTHESIS = "hypothesis"
    """A guess: whatever it says stays in the room."""
    DECISION = "decision"
    ACTION = "action"
    STATUS = "status"
    QUESTION = "question"


_LABELLED = re.compile(rf"({'|'.join(Label)})\s*:\s*(?=\S)", re.IGNORECASE)


def labelled(text: str) -> tuple[Label | None, str]:
    """``question: who rolled back?`` apart; None and the words as they are if no label begins them."""
    found = _LABELLED.match(text.strip())
    return (Label(found[1].lower()), text.strip()[found.end() :]) if found else (None, text.strip())


def with_label(label: object, text: str) -> str:
    """``Question: who rolled back?``, as every page shows it; ``label`` is as the log keeps it."""
    return f"{str(label).capitalize()}: {text}" if label and text else text
