"""Who may correct what somebody wrote into the log, and what can be corrected at all.

Nothing is overwritten: a correction is an entry of its own, and is shown in the place of the
one that it supersedes.
"""

from __future__ import annotations

from playbooks.domain.authority import Action, Actor, may
from playbooks.domain.command import Tenure
from playbooks.domain.entry import Entry
from playbooks.domain.errors import NeedsWords, NotNeeded, NotYourRole, mentions
from playbooks.domain.events import EntryCorrected
from playbooks.domain.handbook import Handbook
from playbooks.domain.ids import UserId
from playbooks.domain.incident import Incident
from playbooks.domain.label import Label

NOTED = "KeyEventMarked"
CORRECTED = EntryCorrected.__name__
_MESSAGES = ("MessageSaid", "MessageEdited", "MessageDeleted", NOTED)


def require_note(entry: Entry | None, number: int) -> Entry:
    """What was written down by command or form. Raises NeedsWords, NotNeeded."""
    if entry is None:
        raise NeedsWords(f"The log has no entry {number}. /incident search finds entries and their numbers.")
    if entry.body is None:
        raise NotNeeded(f"Entry {number} has no words any more.")
    if entry.kind == NOTED and not entry.body.get("ts"):
        return entry
    if entry.kind in _MESSAGES:
        raise NeedsWords(
            f"Entry {number} is a message: whoever wrote it edits it in Slack, and the log follows."
        )
    raise NeedsWords(f"Entry {number} was not written down by hand. What happened stays as it was.")


def require_may_correct(
    entry: Entry, by: UserId, *, handbook: Handbook, tenure: Tenure | None, incident: Incident
) -> None:
    """Its author, and whoever leads. Raises NotYourRole."""
    if by == entry.actor:
        return
    verdict = may(Actor(user=by), Action.CORRECT, handbook=handbook, tenure=tenure, incident=incident)
    if not verdict.allowed:
        raise NotYourRole(Action.CORRECT, mentions(dict.fromkeys((entry.actor, *verdict.who_may))))


def require_news(entry: Entry, text: str, label: Label | None) -> None:
    """``entry`` is as it reads now. Raises NotNeeded."""
    body = entry.body or {}
    if (body.get("text"), body.get("label")) == (text, label):
        raise NotNeeded(f"Entry {entry.seq} says that already.")
