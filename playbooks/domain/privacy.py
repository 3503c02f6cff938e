"""Who may know of an incident: one rule, which every surface asks.

A private incident is for its insiders: the members of its room, which is a private channel, and
whoever was asked to do something in it. For everybody and everything else it is as if there were
none, so what is forbidden reads like what is missing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from enum import Enum

from playbooks.domain import effects as e
from playbooks.domain.drill import INSIDE
from playbooks.domain.errors import NotNeeded
from playbooks.domain.events import (
    DecisionWaits,
    Event,
    IncidentStale,
    LeadLeft,
    LeadWanted,
    TasksLeft,
)
from playbooks.domain.ids import UserId, incident_name
from playbooks.domain.incident import Incident, RoomState


class Audience(Enum):
    """Readers without a name of their own."""

    OPERATOR = "operator"
    """Whoever sits at the command line: the database lies open before them."""
    EVERYBODY = "everybody"
    """A channel, a page, an address or a key, behind which anybody may be."""


Reader = UserId | Audience

ANNOUNCED = (e.Announce, e.RefreshAnnouncement, e.RefreshBulletin)
WITHIN = tuple(kind for kind in INSIDE if kind not in (*ANNOUNCED, e.ShowUpdate))
"""Effects that only the room shows, and tabs, each drawn as its person. What is not listed here, and is
no letter to an insider, stays inside."""
AT_A_LOSS = (DecisionWaits, IncidentStale, LeadLeft, LeadWanted, TasksLeft)
"""What duty managers hear where nobody else answers; of a private incident its own people hear it."""


def visible(incident: Incident, reader: Reader, insiders: Collection[UserId]) -> bool:
    """Whether a reader may know that there is this incident, and all that it holds."""
    if not incident.private or reader is Audience.OPERATOR:
        return True
    return reader in insiders


def kept_inside(effect: e.Effect, insiders: Collection[UserId]) -> e.Effect | None:
    """The effect, if it says nothing to anybody but insiders; None otherwise."""
    match effect:
        case e.TellPerson(user=user) | e.SendBrief(user=user):
            return effect if user in insiders else None
        case e.Invite(users=users):
            return effect if frozenset(insiders).issuperset(users) else None
        case _:
            return effect if isinstance(effect, WITHIN) else None


def invited(effects: Iterable[e.Effect]) -> tuple[UserId, ...]:
    """Whom these effects bring in, and who therefore are insiders from now on."""
    users = (user for effect in effects if isinstance(effect, e.Invite) for user in effect.users)
    return tuple(dict.fromkeys(users))


def instead(
    event: Event, effects: Iterable[e.Effect], insiders: Collection[UserId], stand_ins: Iterable[UserId]
) -> tuple[e.Effect, ...]:
    """Letters to those who stand in, where whoever should have heard of it is no insider."""
    told = [effect for effect in effects if isinstance(effect, e.TellPerson)]
    if not told or not isinstance(event, AT_A_LOSS) or any(letter.user in insiders for letter in told):
        return ()
    people = dict.fromkeys(user for user in stand_ins if user in insiders)
    return tuple(e.TellPerson(incident=event.incident, user=user, about=event) for user in people)


def is_homeless(incident: Incident) -> bool:
    """Whether there is no place where only insiders read: the incidents channel is none."""
    return incident.private and incident.room_state in (RoomState.HUB, RoomState.LOST)


def require_public(*incidents: Incident) -> None:
    """What ties incidents together would show one to the readers of the other. Raises NotNeeded."""
    for incident in incidents:
        if incident.private:
            name = incident_name(incident.id)
            raise NotNeeded(
                f"{name} is private, so it stands alone. Make it public first, with "
                "/incident public and the reason; or close it by hand and say where the work goes on."
            )


def require_told(incident: Incident) -> None:
    """Whether stakeholders may hear of it. Raises NotNeeded."""
    if incident.private:
        name = incident_name(incident.id)
        raise NotNeeded(
            f"{name} is private, so stakeholders hear nothing of it. Say it in the room, or make {name} "
            "public first: /incident public and the reason."
        )


def require_private(incident: Incident) -> None:
    """Raises NotNeeded."""
    if not incident.private:
        raise NotNeeded(f"{incident_name(incident.id)} is public: everybody may know of it already.")
