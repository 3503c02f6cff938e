"""A drill: everything as in earnest inside, and nothing of it outside.

What is owed to the world during a drill passes this one rule. It lists what may pass, so that
a kind of effect which nobody thought of stays inside.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from playbooks.domain import effects as e
from playbooks.domain.ids import UserId
from playbooks.domain.incident import Incident

INSIDE = (
    e.OpenRoom,
    e.EnterRoom,
    e.RenameRoom,
    e.PostCard,
    e.RefreshCard,
    e.RetireCard,
    e.PinCard,
    e.SetTopic,
    e.AddBookmarks,
    e.Announce,
    e.RefreshAnnouncement,
    e.RefreshBulletin,
    e.TellRoom,
    e.AskApproval,
    e.CloseApproval,
    e.ShowEvidence,
    e.ShowUpdate,
    e.PostReview,
    e.PostProposal,
    e.RedrawProposal,
    e.RefreshHome,
)
"""What the drill's own room shows, the announcement, which is marked, and tabs, which show each person
what that person may know."""


def rehearsed(effect: e.Effect, people: Collection[UserId]) -> e.Effect | None:
    """What is left of an effect in a drill in which these people take part; None if nothing is.

    Nobody else is invited or written to, and stakeholders' updates are shown in the room.
    """
    match effect:
        case e.Invite(users=users):
            taking_part = tuple(user for user in users if user in people)
            return replace(effect, users=taking_part) if taking_part else None
        case e.TellPerson(user=user) | e.SendBrief(user=user):
            return effect if user in people else None
        case e.PostUpdate(incident=incident, update=update):
            return e.ShowUpdate(incident=incident, update=update)
        case _:
            return effect if isinstance(effect, INSIDE) else None


def within(incident: Incident, people: Collection[UserId]) -> tuple[UserId, ...]:
    """Those of some people whom this incident may ask for something: in a drill who takes part."""
    return tuple(user for user in people if incident.drill is None or user in incident.drill)


def are_of_one_kind(one: Incident, other: Incident) -> bool:
    """Whether both are drills, or neither is: the two never mix."""
    return (one.drill is None) is (other.drill is None)
