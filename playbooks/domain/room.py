"""What may befall a war room, and what is left of it.

A room belongs to whoever is in it: they rename it, archive it, share it or throw us out. The
incident goes on all the same: where nobody can write any more, in a thread of the incidents
channel. The same mishap is often heard of twice, from Slack's event and from a message that
could not be sent; it is one story.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from playbooks.domain.events.room import RoomHarmed, RoomMended
from playbooks.domain.ids import UserId
from playbooks.domain.incident import Incident, RoomHarm, RoomState

MUTE = frozenset((RoomHarm.SHUT_OUT, RoomHarm.ARCHIVED, RoomHarm.DELETED, RoomHarm.HIDDEN))
"""Nobody can be reached there by us any more."""
_GRAVITY = {
    RoomHarm.SHARED: 1,
    RoomHarm.REMOVED: 2,
    RoomHarm.HIDDEN: 3,
    RoomHarm.SHUT_OUT: 4,
    RoomHarm.ARCHIVED: 4,
    RoomHarm.DELETED: 5,
}


class Mendable(StrEnum):
    """What the bot can do about it when a person asks."""

    COME_BACK = "come back"
    NEW_ROOM = "new room"


def harmed(
    incident: Incident, how: RoomHarm, *, by: UserId, at: datetime, team: str = ""
) -> RoomHarmed | None:
    """The room cannot be used as before; None if that is known, or if there is no room to be harmed."""
    known = incident.room_harm
    if incident.room is None or incident.room_state not in (RoomState.OPEN, RoomState.LOST):
        return None
    if known is not None and _GRAVITY[how] <= _GRAVITY[known]:
        return None
    return RoomHarmed(
        incident=incident.id,
        by=by,
        at=at,
        how=how,
        before=known,
        is_news=not (known in MUTE and how in MUTE),
        team=team,
    )


def after_harm(incident: Incident, event: RoomHarmed) -> Incident:
    """The incident with that room."""
    harmed = replace(incident, room_harm=event.how)
    if event.how not in MUTE or incident.room_state is RoomState.LOST:
        return harmed
    return replace(harmed, room_state=RoomState.LOST, card_ts=None)  # another card is posted elsewhere


def mended(incident: Incident, *, by: UserId, at: datetime) -> RoomMended | None:
    """The room is as it was; None if nothing was wrong with it."""
    if incident.room_harm is None or incident.room_state not in (RoomState.OPEN, RoomState.LOST):
        return None
    return RoomMended(
        incident=incident.id, by=by, at=at, was=incident.room_harm, was_mute=incident.room_harm in MUTE
    )


def ways_out(harm: RoomHarm) -> tuple[Mendable, ...]:
    """What a button can do about it: only a public room that still exists can be entered again."""
    if harm is RoomHarm.REMOVED:
        return (Mendable.COME_BACK, Mendable.NEW_ROOM)
    return (Mendable.NEW_ROOM,)
