"""What the table may look at, and the effects that many of its rows share."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from playbooks.domain import events as e
from playbooks.domain.effects import Effect, Invite, RefreshAnnouncement, RefreshCard, SetTopic, TellPerson
from playbooks.domain.handbook import Handbook
from playbooks.domain.ids import UserId, is_account, is_person
from playbooks.domain.incident import Incident


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What the table may look at: the incident after the event, and who is in charge."""

    incident: Incident
    commander: UserId | None
    handbook: Handbook
    stakeholders_told: bool
    """Whether any update was sent: only then can a correction be due."""
    comms: tuple[UserId, ...] = ()
    """Who speaks to the stakeholders of this incident, beside those of the roster."""


Reaction = Callable[[Any, Scene], tuple[Effect, ...]]
"""What follows from an event of one family."""


def asked_to_decide(scene: Scene) -> tuple[UserId, ...]:
    """The commander, or the duty managers where nobody commands."""
    return seated(scene) or scene.handbook.duty_managers


def leading(scene: Scene, *, but: UserId | None = None) -> tuple[UserId, ...]:
    """The commander; while there is none, who declared it and the duty managers."""
    stand_ins = (*persons(scene.incident.declared_by), *scene.handbook.duty_managers)
    return tuple(user for user in dict.fromkeys(seated(scene) or stand_ins) if user != but)


def all_but(one: UserId, *others: UserId) -> tuple[UserId, ...]:
    """Whoever did it knows it."""
    return tuple(user for user in others if user != one)


def mirrors(event: e.Event) -> tuple[Effect, ...]:
    """Everything that shows state, severity or commander shows the same."""
    number = event.incident
    return (
        RefreshCard(incident=number),
        SetTopic(incident=number),
        RefreshAnnouncement(incident=number),
    )


def in_charge(scene: Scene) -> tuple[UserId, ...]:
    """The commander; while there is none, who is on shift and who declared."""
    waiting = dict.fromkeys((*scene.handbook.on_shift, *persons(scene.incident.declared_by)))
    return seated(scene) or tuple(waiting)


def seated(scene: Scene) -> tuple[UserId, ...]:
    """The commander, if there is one."""
    return (scene.commander,) if scene.commander is not None else ()


def reachable(requester: str) -> tuple[UserId, ...]:
    """Whoever a pipeline named, if that is somebody Slack can write to."""
    return (UserId(requester),) if is_account(requester) else ()


def persons(*users: UserId) -> tuple[UserId, ...]:
    """Those of them who are people; monitoring and the protocol itself are not."""
    return tuple(user for user in users if is_person(user))


def tell(event: e.Event, users: Iterable[UserId]) -> tuple[Effect, ...]:
    """Each of these people hears of it privately, and once."""
    people = dict.fromkeys(user for user in users if is_person(user))
    return tuple(TellPerson(incident=event.incident, user=user, about=event) for user in people)


def invite(event: e.Event, users: Iterable[UserId]) -> tuple[Effect, ...]:
    """These people are called into the room, together."""
    people = tuple(dict.fromkeys(user for user in users if is_person(user)))
    return (Invite(incident=event.incident, users=people),) if people else ()
