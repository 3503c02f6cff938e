"""``tocsin doctor``: everything the bot needs, looked at from outside, each with what to do.

Nothing is changed and nobody is told: no channel is joined, no message posted. What cannot
be looked at because something before it is wrong is left out, so that the first line that
says *wrong* is the one to repair.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from difflib import get_close_matches
from typing import Final, Literal

from aiohttp import ClientError, ClientSession, ClientTimeout
from pydantic import SecretStr

from bot.clock import SystemClock
from bot.desk import revealed
from bot.ids import TimeSortedIds
from bot.library import papers
from bot.manifest import scopes
from bot.metrics import Metrics
from bot.refusals import database_trouble
from bot.slack.client import make_client
from bot.slack.gateway import Gateway, Identity
from bot.slack.methods import METHODS
from bot.slack.outcomes import DeliveryError
from bot.slack.reconcile import MARGIN
from bot.slack.throttle import Throttle
from bot.watchdog import Watchdog
from config.settings import Settings, load
from config.shown import without_password
from config.sources import BadSettings
from handlers.http.sources import ADAPTERS
from playbooks.domain.handbook import Handbook
from playbooks.loader import Reading, inspect
from storage.engine import Unreachable, exists
from storage.schema import SchemaMismatch, head
from storage.uow import Store

State = Literal["ok", "note", "wrong"]

PATIENCE: Final = ClientTimeout(total=10)
SHORTEST_SECRET: Final = 16
"""Characters; what is shorter can be guessed by somebody who has recorded one signed body."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at."""

    what: str
    state: State
    says: str
    remedy: str = ""

    @property
    def is_wrong(self) -> bool:
        return self.state == "wrong"


def _fine(what: str, says: str) -> Finding:
    return Finding(what=what, state="ok", says=says)


def _note(what: str, says: str, remedy: str) -> Finding:
    return Finding(what=what, state="note", says=says, remedy=remedy)


def _wrong(what: str, says: str, remedy: str) -> Finding:
    return Finding(what=what, state="wrong", says=says, remedy=remedy)


async def check_up() -> list[Finding]:
    """Everything that was found, in the order in which it is to be repaired."""
    try:
        settings = load()
    except BadSettings as bad:
        return [_wrong("settings", str(mistake), "see docs/settings.md") for mistake in bad.mistakes]
    return [finding async for finding in _examined(settings)]


async def _examined(settings: Settings) -> AsyncIterator[Finding]:
    missing = settings.missing_for_slack()
    for mistake in missing:
        yield _wrong("settings", f"{mistake.setting} is not set", mistake.says)
    if not missing:
        yield _fine("settings", f"complete for {settings.slack.mode} mode")
    reading = inspect(*papers(settings))
    for finding in _papers(settings, reading):
        yield finding
    async for finding in _database(settings):
        yield finding
    for finding in (*_secrets(settings), *_address(settings)):
        yield finding
    if settings.slack.bot_token is not None:
        async for finding in _slack(settings, reading.handbook):
            yield finding


# ------------------------------------------------------------------ papers and database
def _papers(settings: Settings, reading: Reading) -> Iterator[Finding]:
    if reading.handbook is None:
        yield _wrong("papers", "the playbook or the catalogue has mistakes", "tocsin check tells each")
    else:
        yield _fine("papers", "playbook and catalogue are in order")
    if settings.catalogue.path is None:
        yield _note("papers", "the catalogue is the shipped example", "set catalogue.path to your own")


async def _database(settings: Settings) -> AsyncIterator[Finding]:
    url = settings.database.url
    clock = SystemClock()
    if not exists(url):
        yield _note("database", f"{url} does not exist yet", "it is made when the bot starts")
        return
    try:
        store = await Store.open(url, clock=clock, ids=TimeSortedIds())
    except SchemaMismatch as mismatch:
        yield _wrong("database", str(mismatch), "tocsin db upgrade, or start the version that fits")
        return
    except (Unreachable, OSError) as trouble:
        says = database_trouble(trouble) or str(trouble)
        yield _wrong("database", says, f"is it running at {without_password(url)}?")
        return
    try:
        yield _fine("database", f"{without_password(url)} is at {head()}")
        async for finding in _queues(store, clock):
            yield finding
    finally:
        await store.close()


async def _queues(store: Store, clock: SystemClock) -> AsyncIterator[Finding]:
    trouble = await Watchdog(store, Metrics(), wall=clock.now, clock=clock.now).trouble()
    if trouble.neglected:
        rows = ", ".join(f"{rows} in {queue}" for queue, rows in trouble.neglected.items())
        yield _wrong("queues", f"due for over a minute, and nobody takes it: {rows}", "does the bot run?")
    if trouble.undelivered:
        yield _note("queues", "deliveries were given up", "tocsin outbox list --state buried")
    if trouble.put_aside:
        yield _note("queues", "arrivals were put aside", "tocsin inbox list --state quarantined")
    if not (trouble.neglected or trouble.undelivered or trouble.put_aside):
        yield _fine("queues", "nothing is neglected, given up or put aside")


# ------------------------------------------------------------------ secrets and addresses
def _secrets(settings: Settings) -> Iterator[Finding]:
    lists: Mapping[str, tuple[SecretStr, ...]] = {
        **{f"webhooks.secrets.{source}": held for source, held in settings.webhooks.secrets.items()},
        "gate.tokens": settings.gate.tokens,
    }
    for name, held in lists.items():
        if any(len(secret.get_secret_value()) < SHORTEST_SECRET for secret in held):
            remedy = f"make one of at least {SHORTEST_SECRET} characters: openssl rand -hex 24"
            yield _wrong("secrets", f"{name} holds a secret that can be guessed", remedy)
        elif held:
            yield _fine("secrets", f"{name}: {len(held)} in force")
    for source in sorted(settings.webhooks.secrets.keys() - ADAPTERS.keys()):
        near = get_close_matches(source, ADAPTERS, n=1) or sorted(ADAPTERS)
        remedy = (
            f"correct it to {' or '.join(near)}; what came in meanwhile was put aside and can be replayed"
        )
        yield _wrong("secrets", f"webhooks.secrets.{source}: nobody understands such a source", remedy)
    if not any(settings.webhooks.secrets.values()):
        yield _note("secrets", "no source of alerts has a secret, so all are closed", "set webhooks.secrets")


def _address(settings: Settings) -> Iterator[Finding]:
    address, http = settings.server.address, settings.slack.mode == "http"
    if address.startswith("https://"):
        yield _fine("address", address)
    elif http:
        remedy = "set server.public_url to the https address at which Slack reaches this server"
        yield _wrong("address", f"Slack cannot call {address}", remedy)
    else:
        yield _note("address", f"links lead to {address}", "set server.public_url if people cannot open it")


# ------------------------------------------------------------------ Slack
async def _slack(settings: Settings, handbook: Handbook | None) -> AsyncIterator[Finding]:
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(ClientSession(timeout=PATIENCE))
        client = make_client(
            session, base_url=settings.slack.base_url, token=revealed(settings.slack.bot_token)
        )
        gateway = Gateway(client, Throttle(METHODS, now=time.monotonic, sleep=asyncio.sleep), Metrics())
        try:
            me = await gateway.whoami()
        except DeliveryError as refusal:
            remedy = "check slack.bot_token, and whether this machine reaches Slack"
            yield _wrong("slack", f"auth.test: {refusal.reason}", remedy)
            return
        running = await _running(session, settings)
        for finding in (*_identity(settings, me), *_scopes(me), *_skew(me, SystemClock().now())):
            yield finding
        if handbook is not None:
            async for finding in _channels(gateway, handbook, runs=running.state == "ok"):
                yield finding
        if settings.slack.mode == "socket" and settings.slack.app_token is not None:
            yield await _socket(gateway, revealed(settings.slack.app_token))
        yield running


def _identity(settings: Settings, me: Identity) -> Iterator[Finding]:
    if settings.slack.team_id not in (None, me.team):
        says = f"slack.bot_token belongs to {me.team}, slack.team_id says {settings.slack.team_id}"
        yield _wrong("slack", says, "take the token of the workspace that is meant")
    else:
        yield _fine("slack", f"{me.user} in {me.team_url}")


def _scopes(me: Identity) -> Iterator[Finding]:
    if not me.scopes:
        yield _note(
            "scopes", "Slack did not say what the token may do", "compare the app with tocsin manifest"
        )
    elif missing := sorted(set(scopes()) - me.scopes):
        remedy = "paste tocsin manifest into the app's page App Manifest, and install the app again"
        yield _wrong("scopes", f"missing: {', '.join(missing)}", remedy)
    else:
        yield _fine("scopes", "all that the manifest asks for")


def _skew(me: Identity, now: datetime) -> Iterator[Finding]:
    if me.at is None:
        return
    off = now - me.at
    if abs(off) > MARGIN / 2:
        says = f"this machine is {off / timedelta(seconds=1):+.0f} s off from Slack's"
        yield _wrong("clock", says, "synchronise it (NTP): Slack's signatures are good for five minutes")
    else:
        yield _fine("clock", "agrees with Slack's")


async def _channels(gateway: Gateway, handbook: Handbook, *, runs: bool) -> AsyncIterator[Finding]:
    """Whether the bot is where the protocol speaks; one that ``runs`` has joined, and was removed."""
    named = handbook.catalogue.channels
    wanted = dict.fromkeys(name.removeprefix("#") for name in (named.incidents, named.stakeholders))
    try:
        ours = {word async for room in gateway.own_rooms() for word in (room.name, room.id)}
        public = {word async for room in gateway.public_rooms() for word in (room.name, room.id)}
    except DeliveryError as refusal:
        yield _wrong("channels", f"cannot be listed: {refusal.reason}", "see scopes above")
        return
    for name in wanted:
        if name in ours:
            yield _fine("channels", f"{name}: the bot is in it")
        elif name in public and runs:
            remedy = "somebody removed it: /invite @Tocsin there, or start it again"
            yield _wrong("channels", f"{name}: the bot is not in it", remedy)
        elif name in public:
            yield _note("channels", f"{name}: the bot is not in it yet", "it joins when it starts")
        else:
            remedy = (
                "make it, unarchive it, or correct the catalogue; if it is private, /invite @Tocsin there"
            )
            yield _wrong("channels", f"{name}: there is none that the bot may see", remedy)


async def _socket(gateway: Gateway, app_token: str) -> Finding:
    try:
        await gateway.open_socket(app_token)
    except DeliveryError as refusal:
        remedy = "make an app-level token with connections:write, and switch Socket Mode on"
        return _wrong("socket", f"apps.connections.open: {refusal.reason}", remedy)
    return _fine("socket", "Slack would let us connect")


async def _running(session: ClientSession, settings: Settings) -> Finding:
    """Whether a bot answers where this one is configured to."""
    url = f"http://{settings.server.host}:{settings.server.port}/readyz"
    try:
        async with session.get(url) as answer:
            state = await answer.json(content_type=None)
    except (ClientError, TimeoutError, ValueError):
        return _note("process", f"nobody answers at {url}", "start it with tocsin run, or look elsewhere")
    checks = ", ".join(f"{name} {says}" for name, says in dict(state.get("checks", {})).items())
    if state.get("status") == "ok":
        return _fine("process", f"runs and is ready ({checks})")
    return _wrong("process", f"runs, but is not ready ({checks})", "its log says why")
