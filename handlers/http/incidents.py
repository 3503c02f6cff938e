"""``POST /v1/incidents``: other tools declare, once each, on behalf of a person.

The same path as in Slack: what is open and alike is named first, and nothing is declared
until the sender says that it is something else.
"""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Annotated

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from handlers.deps import Desk, Unavailable
from handlers.http.authenticity import bears
from handlers.http.problems import Handler, Refused
from handlers.http.reading import body, mistakes
from handlers.http.showing import Shown, Written, shown, written
from playbooks.domain.alike import LooksAlike
from playbooks.domain.errors import KeyReused, NotWelcome, ProtocolError
from playbooks.domain.handbook import Handbook
from playbooks.domain.ids import IncidentId, UserId, incident_name, is_account
from playbooks.domain.incident import Incident, Major, State
from playbooks.domain.privacy import Audience
from playbooks.protocol import declare
from playbooks.protocol.veil import seen_by

MAX_BODY = 16 * 1024
MAX_KEY = 128
KEY = re.compile(r'"?([\x21\x23-\x7e]{1,128})"?\Z')
"""A token, or a string as the draft of the header field writes it (IETF, idempotency-key-header)."""
_NUMBER = re.compile(r"(?:INC-)?(\d{1,9})\Z", re.IGNORECASE)

Words = Annotated[str, Field(max_length=1_000, pattern=r"^[^\x00]*$")]


class Declared(BaseModel):
    """A declaration. Keys that we do not know are ignored."""

    model_config = ConfigDict(extra="ignore", str_strip_whitespace=True, use_attribute_docstrings=True)

    title: Words
    service: Words
    declared_by: Words
    severity: Annotated[int, Field(ge=1, le=9)] | None = None
    env: Annotated[str, Field(max_length=100, pattern=r"^[^\x00]*$")] = "production"
    link: Annotated[str, Field(max_length=500, pattern=r"^(https?://[^\x00\s]+)?$")] = ""
    despite: Annotated[tuple[str, ...], Field(max_length=50)] = ()
    drill: bool = False
    participants: Annotated[tuple[Words, ...], Field(max_length=50)] = ()
    """Who takes part in a drill, besides whoever declares it."""

    @field_validator("despite")
    @classmethod
    def _names_incidents(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not all(map(_NUMBER.match, value)):
            message = "write incidents as INC-42"
            raise ValueError(message)
        return value

    @property
    def seen(self) -> tuple[IncidentId, ...]:
        """The open incidents that the sender takes for something else."""
        return tuple(IncidentId(int(found[1])) for each in self.despite if (found := _NUMBER.match(each)))


class IncidentShown(Shown):
    """The incident as it is now."""

    incident: str
    """Such as INC-4."""
    title: str
    severity: int
    state: State
    major: Major
    """proposed while, by a rule of governance, somebody else has a word in the declaration."""
    env: str
    drill: bool
    services: tuple[str, ...]
    declared_at: Written


def incidents(desk: Desk) -> Handler:
    """Declare; the same key gives the same incident, however often it is sent."""

    async def answer(request: web.Request) -> web.StreamResponse:
        if not bears(request.headers, desk.gate_tokens):
            raise Refused(401, "Not authorised", "Send one of the tokens in gate.tokens as a bearer token.")
        key = KEY.match(request.headers.get("Idempotency-Key", ""))
        if key is None:
            raise Refused(400, "No key", f"Send an Idempotency-Key of at most {MAX_KEY} characters.")
        asked = _understood(await body(request, limit=MAX_BODY))
        incident, is_new = await _declare(desk, asked, key[1])
        address = f"{desk.public_url}/incidents/{incident.id}"
        status = 202 if incident.major is Major.PROPOSED else 201
        return shown(as_shown(incident), status=status if is_new else 200, location=address)

    return answer


async def _declare(desk: Desk, asked: Declared, key: str) -> tuple[Incident, bool]:
    ports = seen_by(desk.ports, Audience.EVERYBODY)  # anybody may hold the token
    by = person(ports.handbook(), asked.declared_by)
    with suppress(Unavailable):  # whom Slack says nothing about now may declare all the same
        await desk.acquaint(by)
    try:
        incident = await declare.by_hand(
            ports,
            title=asked.title,
            service=asked.service,
            severity=asked.severity,
            by=by,
            env=asked.env,
            despite=asked.seen,
            source_link=asked.link,
            request_key=key,
            drill=_participants(ports.handbook(), asked),
        )
    except declare.AskedBefore as again:
        return again.incident, False
    except LooksAlike as alike:
        hint = "To declare all the same, name them in despite."
        raise Refused(409, "Something like it is open", f"{alike} {hint}") from alike
    except KeyReused as reused:
        raise Refused(422, "Key used before", str(reused)) from reused
    except NotWelcome as unwelcome:
        raise Refused(403, "Not allowed", str(unwelcome)) from unwelcome
    except ProtocolError as no:
        raise Refused(422, "Not declared", str(no)) from no
    return incident, True


def _understood(raw: bytes) -> Declared:
    try:
        return Declared.model_validate_json(raw)
    except ValidationError as wrong:
        raise Refused(422, "Not understood", mistakes(wrong)) from None


def person(handbook: Handbook, written: str) -> UserId:
    """Somebody by the catalogue's name or by Slack's id: whoever declares is invited and answered."""
    if written in handbook.catalogue.people:
        return handbook.slack_id(written)
    if is_account(written):
        return UserId(written)
    whose = "declared_by, entered_by, participants, announced_by"
    detail = f"{whose}: name somebody of the catalogue, or send a Slack user id"
    raise Refused(422, "Not understood", detail)


def _participants(handbook: Handbook, asked: Declared) -> tuple[UserId, ...] | None:
    """Who takes part in the drill; None if it is none."""
    return tuple(person(handbook, written) for written in asked.participants) if asked.drill else None


def as_shown(incident: Incident) -> IncidentShown:
    """The incident as the interface shows it."""
    return IncidentShown(
        incident=incident_name(incident.id),
        title=incident.title,
        severity=incident.severity,
        state=incident.state,
        major=incident.major,
        env=incident.env,
        drill=incident.drill is not None,
        services=incident.impacted,
        declared_at=written(incident.declared_at),
    )
