"""``POST /v1/incidents/past``: other tools enter incidents that are over, once each; nobody is called.

The history of an older tool comes in this way, one request for each incident.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC
from typing import Annotated

from aiohttp import web
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from handlers.deps import Desk, Unavailable
from handlers.http.authenticity import bears
from handlers.http.incidents import KEY, MAX_BODY, MAX_KEY, IncidentShown, Words, as_shown, person
from handlers.http.problems import Handler, Refused
from handlers.http.reading import body, mistakes
from handlers.http.showing import shown
from playbooks.domain.backfill import Past
from playbooks.domain.errors import NotWelcome, ProtocolError
from playbooks.domain.incident import Incident, ResolutionCode
from playbooks.ports import Ports
from playbooks.protocol import backfill
from playbooks.protocol.declare import AskedBefore


class Entered(BaseModel):
    """An incident that is over. Instants have a zone; keys that we do not know are ignored."""

    model_config = ConfigDict(extra="ignore", str_strip_whitespace=True, use_attribute_docstrings=True)

    title: Words
    service: Words
    entered_by: Words
    severity: Annotated[int, Field(ge=1, le=9)]
    began_at: AwareDatetime
    """When users began to miss something."""
    detected_at: AwareDatetime
    mitigated_at: AwareDatetime | None = None
    """Without it, when it was resolved."""
    resolved_at: AwareDatetime
    code: ResolutionCode = ResolutionCode.SOLUTION_PROVIDED
    note: Words = ""
    env: Annotated[str, Field(max_length=100, pattern=r"^[^\x00]*$")] = "production"

    @property
    def past(self) -> Past:
        """The same as the protocol has it."""
        return Past(
            title=self.title,
            service=self.service,
            severity=self.severity,
            began_at=self.began_at.astimezone(UTC),
            detected_at=self.detected_at.astimezone(UTC),
            mitigated_at=self.mitigated_at.astimezone(UTC) if self.mitigated_at else None,
            resolved_at=self.resolved_at.astimezone(UTC),
            code=self.code,
            note=self.note,
            env=self.env,
        )


def past_incidents(desk: Desk) -> Handler:
    """Enter; the same key gives the same incident, however often it is sent."""

    async def answer(request: web.Request) -> web.StreamResponse:
        if not bears(request.headers, desk.gate_tokens):
            raise Refused(401, "Not authorised", "Send one of the tokens in gate.tokens as a bearer token.")
        key = KEY.match(request.headers.get("Idempotency-Key", ""))
        if key is None:
            raise Refused(400, "No key", f"Send an Idempotency-Key of at most {MAX_KEY} characters.")
        asked = understood(await body(request, limit=MAX_BODY))
        with suppress(Unavailable):  # whom Slack says nothing about now may enter all the same
            await desk.acquaint(person(desk.ports.handbook(), asked.entered_by))
        entered, is_new = await enter(desk.ports, asked, key=key[1])
        return shown(entered, status=201 if is_new else 200)

    return answer


def understood(raw: bytes) -> Entered:
    """Raises Refused."""
    try:
        return Entered.model_validate_json(raw)
    except ValidationError as wrong:
        raise Refused(422, "Not understood", mistakes(wrong)) from None


async def enter(ports: Ports, asked: Entered, *, key: str) -> tuple[IncidentShown, bool]:
    """Enter what is over, once for each key, and whether it is new now. Raises Refused."""
    by = person(ports.handbook(), asked.entered_by)
    try:
        incident: Incident = await backfill.enter(ports, past=asked.past, by=by, request_key=key)
    except AskedBefore as again:
        return as_shown(again.incident), False
    except NotWelcome as unwelcome:
        raise Refused(403, "Not allowed", str(unwelcome)) from unwelcome
    except ProtocolError as no:
        raise Refused(422, "Not entered", str(no)) from no
    return as_shown(incident), True
