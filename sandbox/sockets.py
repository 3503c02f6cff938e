"""Socket Mode: events and interactions over websockets that the bot opens.

A ticket from apps.connections.open is good for one connection. An app may hold ten;
each envelope goes to one of them and waits for its ``envelope_id`` to come back.
Connections are refreshed: a warning, ten seconds, a request, the close.

Source: Slack docs, "Using Socket Mode".
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from sandbox.background import Background
from sandbox.posting import ACK_SECONDS, Ack, Reason
from sandbox.state import Workspace

MAX_CONNECTIONS = 10  # Slack docs, "Using Socket Mode": up to ten at a time
LIFETIME_SECONDS = 3600.0  # approximate_connection_time in Slack's hello frame
DEBUG_LIFETIME_SECONDS = 360.0  # Slack docs: debug_reconnects=true
WARNING_SECONDS = 10.0  # Slack docs: the warning comes about ten seconds before the close
CLOSE_GRACE_SECONDS = 0.3  # ours: how long a refreshed socket may linger, so that an acknowledgement arrives
HOST = "applink-sandbox-1"


@dataclass(slots=True, eq=False)
class Connection:
    """One open websocket of an app."""

    app_id: str
    number: int
    ws: web.WebSocketResponse
    transport: asyncio.Transport | None
    sent: int = 0
    closing: bool = False

    async def send(self, frame: Mapping[str, Any]) -> None:
        await self.ws.send_str(json.dumps(frame))


@dataclass(slots=True)
class Hub:
    """Every connection and unacknowledged envelope of a workspace."""

    workspace: Workspace
    background: Background
    patience: float = ACK_SECONDS
    _open: dict[str, list[Connection]] = field(default_factory=dict)
    _waiting: dict[str, asyncio.Future[Any]] = field(default_factory=dict)
    _arrived: asyncio.Event = field(default_factory=asyncio.Event)
    _count: int = 0

    def connections(self, app_id: str) -> list[Connection]:
        """The sockets that can take an envelope now."""
        return [each for each in self._open.get(app_id, ()) if not each.closing and not each.ws.closed]

    async def send(
        self,
        app_id: str,
        kind: str,
        payload: Mapping[str, Any],
        *,
        answers: bool,
        retry: tuple[int, str] | None = None,
    ) -> Ack:
        """Hand one envelope to one connection and wait for its acknowledgement.

        Waits for a connection too, within the same three seconds: a client that is just
        reconnecting still gets it.
        """
        started = time.perf_counter()
        envelope_id = self._envelope_id()
        frame = {
            "envelope_id": envelope_id,
            "payload": payload,
            "type": kind,
            "accepts_response_payload": answers,
        }
        if kind == "events_api":
            attempt, reason = retry or (0, "")
            frame |= {"retry_attempt": attempt, "retry_reason": reason}
        reply: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting[envelope_id] = reply
        failure: Reason = "connection_failed"
        try:
            async with asyncio.timeout(self.patience):
                connection = await self._connection(app_id)
                failure = "http_timeout"
                await self._hand_over(connection, kind, frame)
                body = await reply
        except (TimeoutError, ConnectionError):
            return Ack(failure=failure, latency_ms=_since(started))
        finally:
            self._waiting.pop(envelope_id, None)
        return Ack(failure=None, status=200, body=body if answers else None, latency_ms=_since(started))

    async def disconnect(self, app_id: str, reason: str) -> int:
        """Tell every socket of an app to go, and close it; the answer counts them."""
        connections = self.connections(app_id)
        for connection in connections:
            await self._part(connection, reason)
        return len(connections)

    async def close(self) -> None:
        """End every connection, for the end of the sandbox."""
        for connections in list(self._open.values()):
            for connection in list(connections):
                await connection.ws.close()

    async def accept(self, request: web.Request) -> web.StreamResponse:
        """The websocket endpoint, ``GET /link/?ticket=…``."""
        app_id = self._admit(request.query.get("ticket", ""))
        if app_id is None:
            raise web.HTTPNotFound(text="ticket unknown, used or too old")
        ws = web.WebSocketResponse(autoping=True, max_msg_size=4 << 20)
        await ws.prepare(request)
        self._count += 1
        connection = Connection(app_id=app_id, number=self._count, ws=ws, transport=request.transport)
        crowded = len(self.connections(app_id)) >= MAX_CONNECTIONS
        if crowded or self.workspace.faults.strikes("socket", "too_many_websockets", app_id=app_id):
            await self._part(connection, "too_many_websockets")
            return ws
        await self._serve(connection, debug=request.query.get("debug_reconnects") == "true")
        return ws

    async def _serve(self, connection: Connection, *, debug: bool) -> None:
        open_ = self._open.setdefault(connection.app_id, [])
        open_.append(connection)
        lifetime = DEBUG_LIFETIME_SECONDS if debug else LIFETIME_SECONDS
        self.workspace.journal.record("socket", direction="in", summary="connected", app_id=connection.app_id)
        try:
            await connection.send(self._hello(connection, lifetime))
            self._arrived.set()
            self.background.start(self._retire(connection, lifetime), f"socket {connection.number}")
            async for message in connection.ws:
                if message.type is WSMsgType.TEXT:
                    self._take(connection, message.data)
        except ConnectionError:
            pass  # the bot went away while we greeted it; the journal says so below
        finally:
            open_.remove(connection)
            self.workspace.journal.record(
                "socket", direction="in", summary="disconnected", app_id=connection.app_id
            )

    def _admit(self, ticket: str) -> str | None:
        app_id = self.workspace.tickets.redeem(ticket)
        if app_id is None or self.workspace.faults.strikes("socket", "ticket_gone", app_id=app_id):
            return None
        return app_id

    def _hello(self, connection: Connection, lifetime: float) -> dict[str, Any]:
        return {
            "type": "hello",
            "num_connections": len(self.connections(connection.app_id)),
            "debug_info": {
                "host": HOST,
                "build_number": 1,
                "approximate_connection_time": int(lifetime),
            },
            "connection_info": {"app_id": connection.app_id},
        }

    def _take(self, connection: Connection, text: str) -> None:
        """Read an acknowledgement; anything else is only noted, as Slack does."""
        try:
            frame = json.loads(text)
        except json.JSONDecodeError:
            frame = text
        envelope_id = frame.get("envelope_id") if isinstance(frame, dict) else None
        reply = self._waiting.get(envelope_id) if isinstance(envelope_id, str) else None
        if reply is None or reply.done():
            summary = "frame without a waiting envelope"
            self.workspace.journal.record(
                "socket", direction="in", summary=summary, app_id=connection.app_id, request=frame
            )
            return
        reply.set_result(frame.get("payload"))

    async def _connection(self, app_id: str) -> Connection:
        """The least used connection; waits until there is one."""
        while not (ready := self.connections(app_id)):
            self._arrived.clear()
            await self._arrived.wait()
        chosen = min(ready, key=lambda each: (each.sent, each.number))
        chosen.sent += 1
        return chosen

    async def _hand_over(self, connection: Connection, kind: str, frame: Mapping[str, Any]) -> None:
        if self.workspace.faults.strikes("socket", "drop", kind, connection.app_id):
            _cut(connection)
            return
        await connection.send(frame)
        if self.workspace.faults.strikes("socket", "refresh", kind, connection.app_id):
            await self._part(connection, "refresh_requested")
        elif self.workspace.faults.strikes("socket", "link_disabled", kind, connection.app_id):
            await self._part(connection, "link_disabled")

    async def _retire(self, connection: Connection, lifetime: float) -> None:
        await self.workspace.clock.sleep(lifetime - WARNING_SECONDS)
        if connection.ws.closed:
            return
        if not self.workspace.faults.strikes("socket", "no_warning", app_id=connection.app_id):
            await connection.send(_disconnect("warning"))
        await self.workspace.clock.sleep(WARNING_SECONDS)
        if not connection.ws.closed:
            await self._part(connection, "refresh_requested")

    async def _part(self, connection: Connection, reason: str) -> None:
        connection.closing = True
        await connection.send(_disconnect(reason))
        self.workspace.journal.record(
            "socket", direction="out", summary=f"disconnect {reason}", app_id=connection.app_id
        )
        self.background.start(_close_soon(connection), f"close socket {connection.number}")

    def _envelope_id(self) -> str:
        digits = self.workspace.ids.hex(32).lower()
        return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


async def _close_soon(connection: Connection) -> None:
    """Close after a moment, so that an acknowledgement on its way still arrives."""
    await asyncio.sleep(CLOSE_GRACE_SECONDS)
    await connection.ws.close()


def _cut(connection: Connection) -> None:
    """Drop the TCP connection without a closing handshake."""
    connection.closing = True
    if connection.transport is not None:
        connection.transport.abort()


def _disconnect(reason: str) -> dict[str, Any]:
    return {"type": "disconnect", "reason": reason, "debug_info": {"host": HOST}}


def _since(started: float) -> float:
    return round((time.perf_counter() - started) * 1000, 3)
