"""Where Slack's deliveries become our calls: who may come in, what happens when it fails.

Every delivery is answered. The protocol's refusals are shown as they are; what breaks
inside is logged once, and the person is told what became of it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from pydantic import ValidationError
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest

from handlers.deps import Answer, Desk, Fate, Headers, Unavailable
from handlers.names import BadRef
from handlers.slack.calls import Reply
from handlers.slack.payloads import described
from handlers.views import answers
from handlers.views.kit import Message
from playbooks.domain import authority
from playbooks.domain.authority import Action, Actor
from playbooks.domain.errors import AwaitsWord, IncidentNotFound, ProtocolError, Repeated, StaleWrite
from playbooks.domain.ids import ChannelId, IncidentId, UserId
from playbooks.domain.person import Kind, kind_of
from playbooks.ports import Ports
from playbooks.protocol import find, people, privacy
from playbooks.protocol.veil import seen_by

SLACK_MAY_TAKE = 1.0
"""Seconds for asking Slack about somebody who waits for an answer, three seconds at most."""
SAME_MOMENT = "Somebody else changed this at the same moment. Look again, then decide."


async def answered(
    desk: Desk, where: str, work: Callable[[], Awaitable[Reply | None]], *, key: str = ""
) -> Reply | None:
    """Do the work; whatever goes wrong becomes an answer to the person who asked.

    ``where`` and ``key`` are those under which the work is done ``once``.
    """
    try:
        return await work()
    except Repeated:
        return None
    except (ProtocolError, StaleWrite) as no:
        said = answers.awaits if isinstance(no, AwaitsWord) else answers.refused
        return Reply(message=said(why_not(no)))
    except (BadRef, ValidationError) as unclear:
        desk.complain("slack.not_understood", where=where, reason=described(unclear))
        return Reply(message=answers.outdated())
    except Unavailable as away:
        desk.complain("slack.unavailable", where=where, reason=str(away))
        return Reply(message=answers.away(away.fate))
    except Exception as unexpected:  # noqa: BLE001 - the edge answers, whatever happened inside
        desk.complain("slack.failed", where=where, reason=repr(unexpected), exc_info=unexpected)
        return Reply(message=answers.stumbled(await fate_of(desk, where, key)))


def why_not(no: ProtocolError | StaleWrite) -> str:
    """What a refusal says to the person who asked."""
    return no.in_slack if isinstance(no, ProtocolError) else SAME_MOMENT


async def require_welcome(desk: Desk, user: str, team: str, *, only_looks: bool = False) -> None:
    """Raises NotWelcome for accounts that may not take part; strangers press buttons in shared channels."""
    elsewhere = bool(desk.team and team and team != desk.team)
    kind = Kind.STRANGER if elsewhere else await _kind(desk, UserId(user))
    action = Action.LOOK if only_looks else Action.LOG
    authority.require_welcome(Actor(user=UserId(user), kind=kind), action, desk.ports.handbook())


async def _kind(desk: Desk, user: UserId) -> Kind:
    """What Slack says of an account, or said last if it does not answer soon enough."""
    with suppress(TimeoutError):
        async with asyncio.timeout(SLACK_MAY_TAKE):
            await desk.acquaint(user)
    return kind_of(await people.known(desk.ports, user=user))


def once(desk: Desk, kind: str, key: str, user: str) -> Ports:
    """Ports on which this very request is done at most once, and which show what this person may know of."""
    return seen_by(desk.once(_named(kind, key)) if key else desk.ports, UserId(user))


async def fate_of(desk: Desk, kind: str, key: str) -> Fate:
    """What a request has changed that failed inside; without a key nobody can tell."""
    return await desk.became_of(_named(kind, key)) if key else Fate.UNKNOWN


def _named(kind: str, key: str) -> str:
    return f"{kind}:{key}"


async def require_known(
    desk: Desk, ports: Ports, incident: IncidentId | None, user: str, channel: str
) -> None:
    """Raises IncidentNotFound for somebody who may not know of the incident, as if there were none.

    Who types or presses in the room of a private incident is a member of it, whatever we have heard.
    """
    if incident is None:
        return
    try:
        await find.incident(ports, number=incident)
    except IncidentNotFound:
        if not await privacy.came(
            desk.ports, channel=ChannelId(channel), person=UserId(user), by=UserId(user)
        ):
            raise
        await find.incident(ports, number=incident)


def ephemeral(message: Message) -> dict[str, Any]:
    """Arguments of ``ack`` and ``respond`` for what one person alone sees."""
    return {"text": message.text, "blocks": message.blocks, "response_type": "ephemeral"}


def dispatcher(app: AsyncApp) -> Callable[[str, Headers], Awaitable[Answer]]:
    """Hands deliveries that came over HTTP, and were verified, to Bolt.

    What has not the shape of a delivery is answered with 400: Bolt looks into bodies before it
    knows that they are objects, so whatever it stumbles over there is the body's fault.
    """

    async def dispatch(body: str, headers: Headers) -> Answer:
        try:
            request = AsyncBoltRequest(body=body, headers=dict(headers))
        except (ValueError, TypeError, AttributeError, LookupError):
            return Answer(status=400, body="", content_type="text/plain")
        given = await app.async_dispatch(request)
        return Answer(status=given.status, body=given.body or "", content_type=_content_type(given.headers))

    return dispatch


def _content_type(headers: Mapping[str, Sequence[str]]) -> str:
    written = headers.get("content-type", ["text/plain"])[0]
    return written.partition(";")[0].strip()
