"""Parent and child: incidents that are worked on apart and belong together."""

from __future__ import annotations

from dataclasses import dataclass

from playbooks.domain.events.fact import Event
from playbooks.domain.ids import IncidentId, UpdateId


@dataclass(frozen=True, slots=True, kw_only=True)
class BecameChild(Event):
    """It is a part of another incident, with a commander and a room of its own."""

    parent: IncidentId
    parent_title: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildJoined(Event):
    """Another incident is a part of this one."""

    child: IncidentId
    child_title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftParent(Event):
    """It is no part of the other incident any more."""

    parent: IncidentId
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildLeft(Event):
    """The other incident is no part of this one any more."""

    child: IncidentId


@dataclass(frozen=True, slots=True, kw_only=True)
class ParentUpdated(Event):
    """Stakeholders of the parent were told something; ``text`` is what they read."""

    parent: IncidentId
    update: UpdateId
    number: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ParentEnded(Event):
    """The parent is over: whoever commands here is asked whether this one is."""

    parent: IncidentId
    state: str
    note: str
