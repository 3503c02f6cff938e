"""The desk at which the edges sit: what a command, a click or a webhook may use of this process."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from functools import partial

import structlog
from pydantic import SecretStr

from bot.buckets import Buckets
from bot.health import Doctor
from bot.metrics import Metrics
from bot.pressure import Pressure
from bot.reception import Reception
from bot.records import asked_once, became_of, in_time, people_first, reached_by_edges, soon
from bot.slack.gateway import Gateway
from bot.slack.introduction import Introduction
from bot.watchdog import Watchdog
from bot.workers.arrivals import EVENTS
from bot.workers.people import People
from config.settings import Settings
from handlers.deps import Answer, Desk, Headers
from playbooks.domain.ids import ChannelId, UserId
from playbooks.ports import Ports
from storage.uow import Store

log = structlog.get_logger("tocsin.edge")

SLACK_EVENT = f"{EVENTS}event"
SLACK_WAITS = timedelta(seconds=2.5)
"""Slack wants an answer within three seconds (Slack docs, Events API)."""
SENDERS_WAIT = timedelta(seconds=8)
"""Alertmanager gives up after ten seconds, and sends again."""


def make_desk(
    settings: Settings,
    *,
    pressure: Pressure,
    ports: Ports,
    store: Store,
    gateway: Gateway,
    introduction: Introduction,
    team: str,
    doctor: Doctor,
    watchdog: Watchdog,
    metrics: Metrics,
    wall: Callable[[], datetime],
    dispatch: Callable[[str, Headers], Awaitable[Answer]],
    people: People,
) -> Desk:
    """Everything an edge needs, and nothing that could start or stop anything."""

    def kept(source: str, key: str, headers: Headers, body: bytes, *, within: timedelta) -> Awaitable[bool]:
        now = ports.clock.now()
        put = store.inbox.put(
            source=source, key=key, headers=headers, body=body, received_at=now, within=within
        )
        return in_time(put)

    def accept_event(key: str, body: bytes, headers: Headers) -> Awaitable[bool]:
        return kept(SLACK_EVENT, key, headers, body, within=SLACK_WAITS)

    reception = Reception(
        Buckets(rate=settings.webhooks.rate, burst=settings.webhooks.burst, now=time.monotonic),
        pressure,
        partial(kept, within=SENDERS_WAIT),
    )

    def once(key: str) -> Ports:
        return asked_once(ports, store, key, at=wall())

    async def retry(delivery: str) -> bool:
        return await soon(store.outbox.revive(delivery, now=wall()), within=SLACK_WAITS)

    async def acquaint(user: UserId) -> bool:
        return await soon(people.acquaint(user), within=SLACK_WAITS)

    def room_url(channel: ChannelId) -> str:
        known = introduction.identity
        home = known.team_url.rstrip("/") if known else f"https://app.slack.com/client/{team}"
        return f"{home}/archives/{channel}" if known else f"{home}/{channel}"

    return Desk(
        ports=reached_by_edges(people_first(ports, store)),
        complain=log.warning,
        wall=wall,
        public_url=settings.server.address,
        team=team,
        signing_secret=revealed(settings.slack.signing_secret),
        dispatch=dispatch,
        once=once,
        became_of=partial(became_of, store),
        accept_event=accept_event,
        room_url=room_url,
        publish_home=gateway.publish_home,
        acquaint=acquaint,
        groups_changed=people.ask,
        retry=retry,
        trouble=watchdog.trouble,
        webhook_secrets=_webhook_secrets(settings),
        accept_webhook=reception.accept,
        admit=reception.admit,
        gate_tokens=tuple(token.get_secret_value() for token in settings.gate.tokens),
        health=doctor.examine,
        metrics=metrics.exposition,
    )


def revealed(secret: SecretStr | None) -> str:
    """The secret itself; empty if it is not set."""
    return secret.get_secret_value() if secret else ""


def _webhook_secrets(settings: Settings) -> Mapping[str, tuple[str, ...]]:
    return {
        source: tuple(secret.get_secret_value() for secret in secrets)
        for source, secrets in settings.webhooks.secrets.items()
    }
