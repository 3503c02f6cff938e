"""``/v1/maintenance``: other tools announce work, and cancel it."""

from __future__ import annotations

from typing import Annotated

from aiohttp import web
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from handlers.deps import Desk
from handlers.http.authenticity import bears
from handlers.http.incidents import KEY, MAX_BODY, MAX_KEY, Words, person
from handlers.http.problems import Handler, Refused
from handlers.http.reading import body, mistakes
from handlers.http.showing import Shown, Written, shown, written
from playbooks.domain.announced import Window
from playbooks.domain.errors import NotNeeded, ProtocolError
from playbooks.domain.ids import WindowId
from playbooks.protocol import maintenance
from playbooks.protocol.maintenance import Announcement


class Announced(BaseModel):
    """Work that is to be announced. Keys that we do not know are ignored."""

    model_config = ConfigDict(extra="ignore", str_strip_whitespace=True, use_attribute_docstrings=True)

    title: Annotated[Words, Field(min_length=1, max_length=150)]
    services: Annotated[tuple[Words, ...], Field(min_length=1, max_length=100)]
    announced_by: Words
    start: AwareDatetime
    end: AwareDatetime
    env: Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\x00]*$")] = "production"


class WindowShown(Shown):
    """Announced work."""

    id: str
    title: str
    services: tuple[str, ...]
    env: str
    announced_at: Written
    start: Written
    end: Written
    cancelled_at: Written | None


def announcing(desk: Desk) -> Handler:
    """Announce; the same key is the same window, however often it is sent."""

    async def answer(request: web.Request) -> web.StreamResponse:
        _require_token(desk, request)
        key = KEY.match(request.headers.get("Idempotency-Key", ""))
        if key is None:
            raise Refused(400, "No key", f"Send an Idempotency-Key of at most {MAX_KEY} characters.")
        asked = _understood(await body(request, limit=MAX_BODY))
        wanted = Announcement(
            key=key[1],
            title=asked.title,
            services=asked.services,
            env=asked.env,
            start=asked.start,
            end=asked.end,
            by=person(desk.ports.handbook(), asked.announced_by),
        )
        try:
            window, is_new = await maintenance.announce(desk.ports, asked=wanted)
        except ProtocolError as no:
            raise Refused(422, "Not announced", str(no)) from no
        return shown(_shown(window), status=201 if is_new else 200)

    return answer


def cancelling(desk: Desk) -> Handler:
    """Cancel, or end early; again is no mistake."""

    async def answer(request: web.Request) -> web.StreamResponse:
        _require_token(desk, request)
        try:
            window = await maintenance.cancel(desk.ports, window=WindowId(request.match_info["window"]))
        except NotNeeded as over:
            raise Refused(409, "It is over", str(over)) from over
        if window is None:
            raise Refused(404, "No such window", "Nothing of this id was announced here.")
        return shown(_shown(window))

    return answer


def _require_token(desk: Desk, request: web.Request) -> None:
    if not bears(request.headers, desk.gate_tokens):
        raise Refused(401, "Not authorised", "Send one of the tokens in gate.tokens as a bearer token.")


def _understood(raw: bytes) -> Announced:
    try:
        return Announced.model_validate_json(raw)
    except ValidationError as wrong:
        raise Refused(422, "Not understood", mistakes(wrong)) from None


def _shown(window: Window) -> WindowShown:
    return WindowShown(
        id=window.id,
        title=window.title,
        services=window.services,
        env=window.env,
        announced_at=written(window.announced_at),
        start=written(window.start),
        end=written(window.end),
        cancelled_at=written(window.cancelled_at) if window.cancelled_at else None,
    )
