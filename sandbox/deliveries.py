"""Bringing events, commands and interactions to a bot, over HTTP or over its sockets.

An event that is not acknowledged is sent again: at once, after a minute, after five,
unless the answer says ``x-slack-no-retry``. A command or an interaction is sent once;
the person who caused it sees it fail. When nearly everything fails for an hour, the
subscription is switched off.

Source: Slack docs, "The Events API" and "Using Socket Mode".
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Literal

from sandbox.background import Background
from sandbox.faults import Fault
from sandbox.journal import Entry
from sandbox.model import App
from sandbox.posting import Ack, Poster, form_body, json_body
from sandbox.signatures import signed_headers
from sandbox.sockets import Hub
from sandbox.state import Workspace
from sandbox.subscriptions import NOTICE_SECONDS, Subscription

NO_FAULTS: Mapping[str, Fault] = MappingProxyType({})

MAX_PARALLEL_EVENTS = 50  # ours: a storm waits here, so that its three seconds start when it is sent
RETRY_AFTER_SECONDS = (0.0, 60.0, 300.0)  # Slack docs, "The Events API": nearly at once, 1 min, 5 min


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """One thing to send: the same content for HTTP and for a socket."""

    kind: Literal["event", "command", "interaction"]
    name: str
    url: str | None
    payload: Mapping[str, Any]

    @property
    def socket_type(self) -> str:
        """Slack's name for the envelope."""
        return {"event": "events_api", "command": "slash_commands", "interaction": "interactive"}[self.kind]

    def encoded(self) -> tuple[bytes, str]:
        """Raw body and content type for HTTP."""
        if self.kind == "event":
            return json_body(self.payload)
        if self.kind == "command":
            return form_body({key: str(value) for key, value in self.payload.items()})
        return form_body({"payload": json.dumps(self.payload)})


@dataclass(slots=True)
class Courier:
    """Sends everything that a bot receives."""

    workspace: Workspace
    hub: Hub
    poster: Poster
    background: Background
    real_now: Callable[[], float] = time.time
    subscriptions: dict[str, Subscription] = field(default_factory=dict)
    in_flight: int = 0
    scheduled: int = 0
    _held: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    _slots: dict[str, asyncio.Semaphore] = field(default_factory=dict)

    def event(self, app: App, envelope: Mapping[str, Any]) -> None:
        """Deliver an event in the background, with retries."""
        name, now = envelope["event"]["type"], self.workspace.clock.now()
        if self.subscription(app).full(now):
            self._hold_back(app, name, now)
            return
        struck = {fault.do: fault for fault in self.workspace.faults.strike("event", name, app.id)}
        if "drop" in struck:
            self._note(app, "event", name, status="dropped", request=envelope)
            return
        if "reorder" in struck and app.id not in self._held:
            self._held[app.id] = envelope
            return
        for _ in range(2 if "duplicate" in struck else 1):
            self._start(app, envelope, struck)
        if (held := self._held.pop(app.id, None)) is not None:
            self._start(app, held, {})

    def subscription(self, app: App) -> Subscription:
        """How event deliveries to an app went lately."""
        return self.subscriptions.setdefault(app.id, Subscription())

    async def command(self, app: App, fields: Mapping[str, Any]) -> Ack:
        """Deliver a slash command once and wait for its acknowledgement."""
        found = app.manifest.command(fields["command"])
        url = found.url if found else None
        return await self._ask(app, Parcel(kind="command", name=fields["command"], url=url, payload=fields))

    async def interaction(self, app: App, payload: Mapping[str, Any]) -> Ack:
        """Deliver an action, submission, closing or shortcut once and wait for its acknowledgement."""
        url = app.manifest.interactivity_url
        if payload["type"] == "block_suggestion":
            url = app.manifest.options_url or url
        return await self._ask(
            app, Parcel(kind="interaction", name=payload["type"], url=url, payload=payload)
        )

    async def verify(self, app: App) -> bool:
        """Ask an events endpoint to prove itself, as Slack does when its address is saved."""
        url = app.manifest.event_url
        if url is None or app.socket_mode or app.event_url_verified:
            return True
        challenge = hashlib.sha256(f"{app.id}{url}".encode()).hexdigest()
        payload = {"token": app.verification_token, "challenge": challenge, "type": "url_verification"}
        parcel = Parcel(kind="event", name="url_verification", url=url, payload=payload)
        ack = await self._once(app, parcel)
        answer = ack.body.get("challenge") if isinstance(ack.body, dict) else ack.body
        app.event_url_verified = ack.ok and answer == challenge
        return app.event_url_verified

    async def prove(self, app: App) -> None:
        """Verify in the background; a bot that is not up yet is asked again at its first event."""
        await self.verify(app)

    def _start(self, app: App, envelope: Mapping[str, Any], struck: Mapping[str, Fault]) -> None:
        self.in_flight += 1
        self.background.start(self._see_through(app, envelope, struck), f"event {envelope['event_id']}")

    def _hold_back(self, app: App, name: str, now: float) -> None:
        """Over the hourly limit: the event is lost, and the app is told once a minute."""
        self._note(app, "event", name, status="app_rate_limited")
        if self.subscription(app).notice_due(now):
            minute = int(now) // NOTICE_SECONDS * NOTICE_SECONDS
            notice = {
                "token": app.verification_token,
                "type": "app_rate_limited",
                "team_id": self.workspace.team_id,
                "minute_rate_limited": minute,
                "api_app_id": app.id,
            }
            self.background.start(self._tell(app, notice), f"event notice {app.id}")

    async def _tell(self, app: App, notice: Mapping[str, Any]) -> None:
        parcel = Parcel(kind="event", name="app_rate_limited", url=app.manifest.event_url, payload=notice)
        await self._once(app, parcel)

    async def _see_through(self, app: App, envelope: Mapping[str, Any], struck: Mapping[str, Fault]) -> None:
        """Send until acknowledged or given up."""
        try:
            if "delay" in struck:
                await self._pause(float(struck["delay"].how.get("seconds", 1.0)))
            retry: tuple[int, str] | None = None
            for number, gap in enumerate((None, *RETRY_AFTER_SECONDS)):
                if gap:
                    await self._pause(gap)
                ack = await self._send_event(app, envelope, struck if number == 0 else {}, retry)
                if ack is None or ack.ok or ack.no_retry:
                    return
                retry = (number + 1, str(ack.failure))
        finally:
            self._landed()

    async def _send_event(
        self,
        app: App,
        envelope: Mapping[str, Any],
        struck: Mapping[str, Fault],
        retry: tuple[int, str] | None,
    ) -> Ack | None:
        """One attempt; None if the subscription is off."""
        name, url = envelope["event"]["type"], app.manifest.event_url
        if app.events_disabled or (url is None and not app.socket_mode):
            self._note(app, "event", name, status="not subscribed", request=envelope)
            return None
        parcel = Parcel(kind="event", name=name, url=url, payload=envelope)
        if await self.verify(app):
            async with self._slots.setdefault(app.id, asyncio.Semaphore(MAX_PARALLEL_EVENTS)):
                ack = await self._once(app, parcel, struck, retry)
        else:
            ack = Ack(failure="http_error", latency_ms=0.0)
        subscription = self.subscription(app)
        subscription.note(self.workspace.clock.now(), ok=ack.ok)
        if subscription.hopeless():
            app.events_disabled = True
            self._note(app, "event", name, status="subscription disabled")
        return ack

    async def _ask(self, app: App, parcel: Parcel) -> Ack:
        """Commands and interactions: one attempt, unless a fault doubles it."""
        struck = {fault.do: fault for fault in self.workspace.faults.strike(parcel.kind, parcel.name, app.id)}
        self.in_flight += 1
        try:
            if "drop" in struck:
                self._note(app, parcel.kind, parcel.name, status="dropped", request=parcel.payload)
                return Ack(failure="http_timeout", latency_ms=0.0)
            if "delay" in struck:
                await self.workspace.clock.sleep(float(struck["delay"].how.get("seconds", 1.0)))
            ack = await self._once(app, parcel, struck)
            if "duplicate" in struck:
                await self._once(app, parcel)
            return ack
        finally:
            self._landed()

    async def _once(
        self,
        app: App,
        parcel: Parcel,
        struck: Mapping[str, Fault] = NO_FAULTS,
        retry: tuple[int, str] | None = None,
    ) -> Ack:
        entry = self._note(
            app,
            parcel.kind,
            parcel.name,
            status="sent",
            request=parcel.payload,
            attempt=(retry or (0, ""))[0] + 1,
        )
        if app.socket_mode:
            ack = await self._by_socket(app, parcel, struck, retry)
        elif parcel.url:
            ack = await self._by_http(app, parcel, parcel.url, struck, retry)
        else:
            ack = Ack(failure="connection_failed", latency_ms=0.0)
        if "lost_ack" in struck:
            ack = replace(ack, failure="http_timeout")
        entry.status = str(ack.failure or ack.status)
        entry.latency_ms, entry.response = ack.latency_ms, ack.body
        self.workspace.journal.announce(entry)
        return ack

    async def _by_socket(
        self, app: App, parcel: Parcel, struck: Mapping[str, Fault], retry: tuple[int, str] | None
    ) -> Ack:
        if retry is not None:
            retry = (retry[0], "timeout")  # the one reason Slack's sockets give
        answers = parcel.kind != "event"
        ack = await self.hub.send(app.id, parcel.socket_type, parcel.payload, answers=answers, retry=retry)
        if "replay" in struck:
            await self.hub.send(app.id, parcel.socket_type, parcel.payload, answers=answers, retry=retry)
        return ack

    async def _by_http(
        self, app: App, parcel: Parcel, url: str, struck: Mapping[str, Fault], retry: tuple[int, str] | None
    ) -> Ack:
        body, content_type = parcel.encoded()
        headers = {"Content-Type": content_type, **self._signed(app, body, struck)}
        if retry is not None:
            headers |= {"X-Slack-Retry-Num": str(retry[0]), "X-Slack-Retry-Reason": retry[1]}
        ack = await self.poster.post(url, body, headers)
        if "replay" in struck:
            await self.poster.post(url, body, headers)
        return ack

    def _signed(self, app: App, body: bytes, struck: Mapping[str, Fault]) -> dict[str, str]:
        if "unsigned" in struck:
            return {}
        skew = float(struck["skew"].how.get("seconds", 301)) if "skew" in struck else 0.0
        secret = app.signing_secret[::-1] if "wrong_secret" in struck else app.signing_secret
        return signed_headers(secret, int(self.real_now() + skew), body)

    async def _pause(self, seconds: float) -> None:
        """Wait on the workspace's clock, counted as scheduled and not as in flight."""
        self.scheduled += 1
        self._landed()
        try:
            await self.workspace.clock.sleep(seconds)
        finally:
            self.scheduled -= 1
            self.in_flight += 1

    def _landed(self) -> None:
        """One delivery less under way; whoever waits for silence hears of the last one."""
        self.in_flight -= 1
        if self.in_flight == 0:
            self.workspace.emit("delivery", "deliveries_settled")

    def _note(self, app: App, kind: str, name: str, **rest: Any) -> Entry:
        return self.workspace.journal.record(kind, direction="out", summary=name, app_id=app.id, **rest)
