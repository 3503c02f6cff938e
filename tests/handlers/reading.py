"""What people read: the words of a message, with times as somebody in UTC sees them."""

from __future__ import annotations

import re
from typing import Any

from tests.handlers.judging import words

DATE = re.compile(r"<!date\^\d+\^[^|]*\|([^>]*)>")


def read(message: Any) -> str:
    """The words as somebody in UTC reads them."""
    return DATE.sub(r"\1", words(message.blocks if hasattr(message, "blocks") else message))


def heard(message: Any) -> str:
    """What a notification shows."""
    return DATE.sub(r"\1", message.text)
