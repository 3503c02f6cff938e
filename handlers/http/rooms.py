"""A short address that leads into the war room, for mails and tickets.

It shows nothing of the incident; Slack decides who may enter.
"""

from __future__ import annotations

from aiohttp import web

from handlers.deps import Desk
from handlers.http.problems import Handler, Refused
from playbooks.domain.errors import IncidentNotFound
from playbooks.domain.ids import IncidentId
from playbooks.domain.privacy import Audience
from playbooks.protocol import find
from playbooks.protocol.veil import seen_by


def war_room(desk: Desk) -> Handler:
    """``GET /incidents/{number}``: the same answer for a missing or private incident and a missing room."""

    async def lead(request: web.Request) -> web.StreamResponse:
        number = IncidentId(int(request.match_info["number"]))
        try:
            incident = await find.incident(seen_by(desk.ports, Audience.EVERYBODY), number=number)
        except IncidentNotFound:
            raise _no_room() from None
        if incident.room is None:
            raise _no_room()
        raise web.HTTPFound(desk.room_url(incident.room))

    return lead


def _no_room() -> Refused:
    return Refused(404, "No such room", "There is no incident of this number, or it has no room.")
