"""How loud the bot may be: a room belongs to the people who work in it.

Changes of state are said to the whole room. What nobody asked for is said there at most once in
ten minutes; whatever comes before the time is up goes into the thread of the card, where it
can be read by who looks for it. Everything else is private, or edited in place.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from playbooks.domain import effects as f
from playbooks.domain import events as e

QUIET_FOR: Final = timedelta(minutes=10)
"""Between two posts for which nobody asked."""


class Volume(StrEnum):
    """How an effect sounds in the war room."""

    STATE = "a change of state"
    UNSOLICITED = "unsolicited"
    PRIVATE = "private"
    ELSEWHERE = "in another channel"
    SILENT = "nothing new appears"


SAID: Final[Mapping[type[e.Event], Volume]] = {
    **dict.fromkeys(
        (
            e.AlertsAttached,
            e.BecameChild,
            e.CommandContested,
            e.CommandTaken,
            e.CommandUnfilled,
            e.CommanderAnswered,
            e.CommanderGone,
            e.CommanderRecalled,
            e.ContestAwarded,
            e.ContestDecided,
            e.ContestJoined,
            e.DrillBecameReal,
            e.FreezeLifted,
            e.GlassBroken,
            e.HandoverAccepted,
            e.HandoverOffered,
            e.HandoverWithdrawn,
            e.IncidentAbsorbed,
            e.IncidentClosed,
            e.IncidentMerged,
            e.IncidentMitigated,
            e.IncidentReopened,
            e.IncidentResolved,
            e.LeadSeated,
            e.LeftParent,
            e.MadePublic,
            e.ReviewPublished,
            e.RoomUnavailable,
            e.SeverityChanged,
            e.UpdateSent,
        ),
        Volume.STATE,
    ),
    **dict.fromkeys(
        (
            e.ChangeAllowed,
            e.ClockRead,
            e.MergeDeclined,
            e.MergeProposed,
            e.ParentUpdated,
            e.PeopleInvited,
            e.UserReported,
        ),
        Volume.UNSOLICITED,
    ),
}
"""What the room is told of, and whether its state is another one then."""


def volume(effect: f.Effect) -> Volume:
    """How loud an effect is; what is in no table is something nobody asked for."""
    match effect:
        case f.TellRoom(about=about):
            return SAID.get(type(about), Volume.UNSOLICITED)
        case f.AskApproval():
            return Volume.UNSOLICITED
        case f.PostCard() | f.PostReview() | f.PostProposal():
            return Volume.STATE
        case f.TellPerson() | f.SendBrief():
            return Volume.PRIVATE
        case f.Announce() | f.PostCandidate() | f.PostUpdate():
            return Volume.ELSEWHERE
        case _:
            return Volume.SILENT


def may_speak(spoke_at: datetime | None, *, at: datetime) -> bool:
    """Whether something for which nobody asked may be said to the whole room again."""
    return spoke_at is None or at - spoke_at >= QUIET_FOR


def hushed(effect: f.Effect) -> f.Effect:
    """The same in the thread of the card."""
    match effect:
        case f.TellRoom() | f.AskApproval():
            return replace(effect, quiet=True)
        case _:
            return effect
