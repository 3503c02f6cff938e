"""Services by whatever name people use; a name that nobody knows is answered with a guess."""

from __future__ import annotations

from difflib import get_close_matches

from playbooks.domain.errors import NeedsWords
from playbooks.domain.handbook import Handbook
from playbooks.domain.ids import ServiceName

_SHOWN = 12


def require_service(handbook: Handbook, word: str) -> ServiceName:
    """The service that a word means. Raises NeedsWords, with what may have been meant."""
    known = handbook.service_named(word)
    if known is None:
        raise NeedsWords(f"The catalogue knows no service “{word[:80]}”. {_nearest(handbook, word)}")
    return known


def _nearest(handbook: Handbook, word: str) -> str:
    names = sorted(handbook.catalogue.services)
    close = get_close_matches(word.casefold(), names, n=3, cutoff=0.5)
    return f"Did you mean {' or '.join(close)}?" if close else f"It knows {', '.join(names[:_SHOWN])} …"
