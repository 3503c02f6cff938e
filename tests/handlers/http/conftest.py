"""The HTTP edge on a real socket, with everything behind it that a request may reach."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import ClientSession, web

from handlers.deps import Answer, Desk, Fate, Headers, Health, Trouble
from handlers.http.problems import answering_problems
from handlers.http.routes import routes
from handlers.rendering import write_review
from playbooks.domain.handbook import Handbook
from playbooks.domain.ids import UserId
from playbooks.ports import Ports
from sandbox.listening import listening
from storage.uow import Store
from tests.clock import CountingIds, MovableClock

SECRET, OLD, NEW = "slack-secret", "old-secret", "new-secret"
GATE = {"Authorization": "Bearer gate-token"}
SOURCE = {"Authorization": "Bearer " + NEW}


@dataclass
class Site:
    """A running edge, and what it handed on."""

    url: str
    session: ClientSession
    desk: Desk
    store: Store
    clock: MovableClock
    slack: list[tuple[str, Headers]] = field(default_factory=list)
    webhooks: list[tuple[str, str, Headers, bytes]] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    health: Health = field(default_factory=lambda: Health(ready=True, checks={"database": "ok"}))
    trouble: Exception | None = None
    wait: timedelta | None = None
    """How long senders of webhooks have to wait; None lets them in."""

    async def ask(
        self,
        method: str,
        path: str,
        *,
        data: bytes | str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> tuple[int, Any, Mapping[str, str]]:
        """Status, body (read as JSON where it is JSON) and headers."""
        sent = io.BytesIO(data) if isinstance(data, bytes) else data
        async with self.session.request(
            method, self.url + path, data=sent, headers=headers, allow_redirects=False
        ) as answer:
            is_json = answer.content_type.endswith("json")
            return (
                answer.status,
                await (answer.json(content_type=None) if is_json else answer.text()),
                answer.headers,
            )


@pytest.fixture
async def store(sqlite_url: str, clock: MovableClock, ids: CountingIds) -> AsyncIterator[Store]:
    """One engine is enough here: what differs between them is tested in tests/storage."""
    opened = await Store.open(sqlite_url, clock=clock, ids=ids)
    yield opened
    await opened.close()


@pytest.fixture
async def site(
    store: Store, clock: MovableClock, ids: CountingIds, handbook: Handbook
) -> AsyncIterator[Site]:
    ports = Ports(
        clock=clock,
        ids=ids,
        units=store.units,
        reading=store.reading,
        write_review=write_review,
        handbook=lambda: handbook,
    )
    async with ClientSession(trust_env=False) as session:
        known: list[Site] = []
        made = Site(url="", session=session, desk=desk(ports, lambda: known[0]), store=store, clock=clock)
        known.append(made)
        application = web.Application(
            client_max_size=16 * 1024 * 1024, middlewares=[answering_problems(made.desk.complain)]
        )
        application.add_routes(routes(made.desk))
        async with listening(application, shutdown_seconds=0.5) as port:
            made.url = f"http://127.0.0.1:{port}"
            yield made


def desk(ports: Ports, made: Callable[[], Site]) -> Desk:
    """A desk that writes down what reaches it, or fails as ``trouble`` says."""

    async def dispatch(body: str, headers: Headers) -> Answer:
        _stumble(made())
        made().slack.append((body, headers))
        return Answer(status=200, body='{"text":"hello"}', content_type="application/json")

    async def accept_webhook(source: str, key: str, headers: Headers, body: bytes) -> bool:
        _stumble(made())
        fresh = key not in [known for _, known, _, _ in made().webhooks]
        made().webhooks.append((source, key, headers, body))
        return fresh

    async def health() -> Health:
        return made().health

    async def never(*_: object) -> bool:
        return False

    async def unknown(_key: str) -> Fate:
        return Fate.UNKNOWN

    async def publish_home(user: UserId, view: Mapping[str, object]) -> None: ...

    def complain(event: str, /, **data: object) -> None:
        made().complaints.append(event)

    async def all_is_well() -> Trouble:
        return Trouble(neglected={}, undelivered=(), put_aside=0)

    return Desk(
        ports=ports,
        complain=complain,
        wall=ports.clock.now,
        public_url="",
        team="T0TOCSIN",
        signing_secret=SECRET,
        dispatch=dispatch,
        once=lambda _key: ports,
        became_of=unknown,
        accept_event=never,
        room_url=lambda channel: f"https://slack.example/{channel}",
        publish_home=publish_home,
        acquaint=never,
        groups_changed=lambda: None,
        retry=never,
        trouble=all_is_well,
        webhook_secrets={"alertmanager": (OLD, NEW), "generic": (NEW,), "closed": ()},
        accept_webhook=accept_webhook,
        admit=lambda _source: made().wait,
        gate_tokens=("gate-token", "next-token"),
        health=health,
        metrics=lambda: (b"up 1\n", "text/plain; version=0.0.4; charset=utf-8"),
    )


def _stumble(made: Site) -> None:
    if made.trouble is not None:
        raise made.trouble
