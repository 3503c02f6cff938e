"""How the house is put together: settings in, every part connected. Nothing is started here."""

from __future__ import annotations

import asyncio
import os
import socket
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar

import structlog
from aiohttp import ClientSession, ClientTimeout, web
from slack_bolt.app.async_app import AsyncApp

from bot.bells import Bells
from bot.clock import RehearsalClock, SystemClock
from bot.delivery.directory import Directory
from bot.delivery.tools import Tools
from bot.desk import make_desk, revealed
from bot.health import Doctor
from bot.ids import TimeSortedIds
from bot.library import Library, papers
from bot.metrics import Metrics
from bot.mortality import mortal
from bot.pressure import Pressure
from bot.records import people_first, reached_by_edges
from bot.server import make_site
from bot.slack.bolt import make_bolt
from bot.slack.client import make_client
from bot.slack.gateway import Gateway
from bot.slack.introduction import Introduction
from bot.slack.methods import METHODS
from bot.slack.socket import SocketLine
from bot.slack.throttle import PATIENCE, Throttle
from bot.watchdog import Watchdog
from bot.workers.alarms import AlarmClock
from bot.workers.arrivals import EVENTS, HOOKS, Arrivals, SlackEvents, Webhooks
from bot.workers.chores import GAPS, LOOK_AGAIN, READ_AGAIN, TIDY_UP, Chore, Chores, tidy_up
from bot.workers.deliveries import Deliveries, Terms
from bot.workers.gaps import Gaps
from bot.workers.heirs import Heirs
from bot.workers.people import People
from bot.workers.worker import Worker
from config.settings import Settings
from handlers.deps import Desk
from handlers.rendering import write_review
from handlers.slack.edge import dispatcher
from handlers.slack.events import show_home
from handlers.slack.listeners import register
from playbooks.ports import Clock, Ports
from playbooks.protocol import intake
from storage.uow import Store

log = structlog.get_logger("tocsin.delivery")
A = TypeVar("A", bound=Arrivals)

_CONNECT_WITHIN = 3.0
"""Seconds; a connection that takes longer is tried again instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What everything stands on."""

    settings: Settings
    name: str
    """This process among its replicas, and unlike any process before it."""
    bells: Bells
    metrics: Metrics
    wall: SystemClock
    library: Library
    store: Store
    ports: Ports


@dataclass(frozen=True, slots=True, kw_only=True)
class Slack:
    """What speaks with Slack."""

    gateway: Gateway
    introduction: Introduction
    directory: Directory
    bolt: AsyncApp


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """Every part that is started and stopped."""

    ground: Ground
    slack: Slack
    line: SocketLine | None
    """None if Slack calls us."""
    doctor: Doctor
    watchdog: Watchdog
    site: web.Application
    workers: tuple[Worker, ...]


async def build(settings: Settings, stack: AsyncExitStack) -> House:
    """Connect every part; ``stack`` closes what was opened. Raises Broken, SchemaMismatch, Unwelcome.

    Without ``slack.team_id`` this waits until Slack has said which workspace is ours.
    """
    ground = await lay_ground(settings, stack)
    slack = await _reach_slack(ground, stack)
    chores = _chores(ground, slack)
    line = _line(settings, slack, connected=partial(chores.ask, GAPS))
    doctor = Doctor(ground.store, slack.introduction, line, ground.metrics, ground.ports.clock.now)
    watchdog = Watchdog(ground.store, ground.metrics, wall=ground.wall.now, clock=ground.ports.clock.now)
    people = People(
        people_first(ground.ports, ground.store),
        slack.gateway,
        ground.library,
        slack.introduction.known,
        bell=ground.bells.bell("people"),
        wall=ground.wall.now,
    )
    pressure = Pressure(now=time.monotonic)
    desk = make_desk(
        settings,
        pressure=pressure,
        ports=ground.ports,
        store=ground.store,
        gateway=slack.gateway,
        introduction=slack.introduction,
        team=settings.slack.team_id or (await slack.introduction.make()).team,
        doctor=doctor,
        watchdog=watchdog,
        metrics=ground.metrics,
        wall=ground.wall.now,
        dispatch=dispatcher(slack.bolt),
        people=people,
    )
    register(slack.bolt, desk)
    site = make_site(desk, max_body=settings.server.max_body)
    workers = (*_workers(ground, slack, desk, chores, pressure), chores, people)
    return House(
        ground=ground,
        slack=slack,
        line=line,
        doctor=doctor,
        watchdog=watchdog,
        site=site,
        workers=workers,
    )


async def lay_ground(settings: Settings, stack: AsyncExitStack) -> Ground:
    """Records, handbook and clocks. Raises Broken, SchemaMismatch."""
    library = Library(*papers(settings))
    bells, wall, ids = Bells(), SystemClock(), TimeSortedIds()
    name = f"{socket.gethostname()}:{os.getpid()}:{ids.new()[-8:]}"
    store = await Store.open(
        settings.database.url,
        clock=wall,
        ids=ids,
        name=name,
        on_commit=bells.ring,
        after_commit=mortal(settings.rehearsal.die_after_commit),
    )
    stack.push_async_callback(store.close)
    ports = Ports(
        clock=_protocol_clock(settings),
        ids=ids,
        units=store.units,
        reading=store.reading,
        write_review=write_review,
        handbook=library.handbook,
    )
    return Ground(
        settings=settings,
        name=name,
        bells=bells,
        metrics=Metrics(),
        wall=wall,
        library=library,
        store=store,
        ports=ports,
    )


async def _reach_slack(ground: Ground, stack: AsyncExitStack) -> Slack:
    settings = ground.settings.slack
    patience = ClientTimeout(total=settings.patience.total_seconds(), sock_connect=_CONNECT_WITHIN)
    session = await stack.enter_async_context(ClientSession(timeout=patience))
    token = revealed(settings.bot_token)
    gateway = Gateway(
        make_client(session, base_url=settings.base_url, token=token),
        Throttle(METHODS, now=time.monotonic, sleep=asyncio.sleep, patience=_turn_within(ground.settings)),
        ground.metrics,
    )
    introduction = Introduction(gateway, expected_team=settings.team_id)
    bolt = make_bolt(session, introduction, base_url=settings.base_url, token=token)
    return Slack(gateway=gateway, introduction=introduction, directory=Directory(gateway), bolt=bolt)


def _turn_within(settings: Settings) -> float:
    """Seconds to wait for a turn: never so long that no time is left for the call itself."""
    return min(PATIENCE, settings.worker.lease.total_seconds() / 2)


def _line(settings: Settings, slack: Slack, *, connected: Callable[[], None]) -> SocketLine | None:
    ours = settings.slack
    if ours.mode != "socket":
        return None
    token = revealed(ours.app_token)
    return SocketLine(slack.bolt, app_token=token, base_url=ours.base_url, connected=connected)


def _chores(ground: Ground, slack: Slack) -> Chores:
    """What is done from time to time; rooms are read at once, because nobody listened before us."""
    gaps = Gaps(
        ground.ports, slack.gateway, slack.introduction.known, now=time.monotonic, sleep=asyncio.sleep
    )
    chores = Chores(
        (
            Chore(name=GAPS, every=READ_AGAIN, work=gaps.close),
            Chore(name="look again", every=LOOK_AGAIN, work=partial(intake.look_again, ground.ports)),
            Chore(
                name="tidy up",
                every=TIDY_UP,
                work=partial(tidy_up, ground.store, ground.wall.now, ground.settings.retention),
            ),
        ),
        ground.store.jobs,
        bell=ground.bells.bell("chores"),
        worker=ground.name,
        poll=ground.settings.worker.poll,
        clock=ground.ports.clock.now,
    )
    chores.ask(GAPS)
    return chores


def _workers(
    ground: Ground, slack: Slack, desk: Desk, chores: Chores, pressure: Pressure
) -> tuple[Worker, ...]:
    how = ground.settings.worker
    bells, metrics = ground.bells, ground.metrics
    tools = Tools(
        store=ground.store,
        ports=ground.ports,
        gateway=slack.gateway,
        directory=slack.directory,
        identity=slack.introduction.known,
        complain=log.warning,
        public_url=desk.public_url,
        ready=metrics.ready.observe,
        read_again=partial(chores.ask, GAPS),
        show_home=partial(show_home, replace(desk, ports=ground.ports)),
    )
    terms = Terms(name=ground.name, concurrency=how.concurrency, lease=how.lease, poll=how.poll)
    deliveries = Deliveries(tools, terms, bell=bells.bell("outbox"), metrics=metrics, wall=ground.wall.now)
    backstage = replace(desk, ports=reached_by_edges(ground.ports))  # nobody waits for an answer there

    def thinker(kind: type[A], prefix: str) -> A:
        return kind(
            prefix,
            backstage,
            ground.store.inbox,
            bell=bells.bell("inbox"),
            worker=ground.name,
            poll=how.poll,
            lease=how.lease,
            metrics=metrics,
            met=ground.store.met,
        )

    events, hooks = thinker(SlackEvents, EVENTS), thinker(Webhooks, HOOKS)
    hooks.pressure = pressure
    alarms = AlarmClock(
        ground.ports,
        ground.store.alarms,
        bell=bells.bell("timers"),
        worker=ground.name,
        poll=how.poll,
        lease=how.lease,
        metrics=metrics,
    )
    heirs = Heirs(ground.store.replicas, bells, wall=ground.wall.now)
    return (deliveries, events, hooks, alarms, heirs)


def _protocol_clock(settings: Settings) -> Clock:
    """The time that the protocol lives in: real, unless a rehearsal plays it faster."""
    offset = settings.rehearsal.clock_offset_file
    return SystemClock() if offset is None else RehearsalClock(offset)
