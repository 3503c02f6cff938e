"""What arrived is thought about in order; what nobody understands is put aside and stops nobody."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from itertools import count

import pytest
from structlog.testing import capture_logs

from bot.bells import Bell
from bot.metrics import Metrics
from bot.slack.outcomes import Ambiguous, DeliveryError, Later, Never
from bot.workers.alarms import AlarmClock
from bot.workers.arrivals import EVENTS, HOOKS, POISONED_AFTER, Arrivals, SlackEvents, Webhooks
from bot.workers.worker import Worker
from handlers.deps import Answer, Desk, Fate, Health, Trouble
from handlers.rendering import write_review
from playbooks.domain.handbook import Handbook
from playbooks.domain.ids import UserId
from playbooks.domain.incident import Major
from playbooks.domain.timers import Timer, TimerKind
from playbooks.loader import load
from playbooks.ports import Ports
from playbooks.protocol import declare, find
from storage.uow import Store
from tests.clock import CountingIds, MovableClock
from tests.library import CATALOGUE, PLAYBOOK

ADA = UserId("U0ADA")
HANDBOOK = load(PLAYBOOK, CATALOGUE)
NO_WAIT = timedelta(seconds=1)
LEASE = timedelta(seconds=60)


@dataclass
class Inn:
    """A desk over a store, and the workers behind it."""

    desk: Desk
    store: Store
    clock: MovableClock
    metrics: Metrics

    def worker(self, kind: type[Arrivals], prefix: str, *, met: Callable[[], int] = lambda: 0) -> Arrivals:
        return kind(
            prefix,
            self.desk,
            self.store.inbox,
            bell=Bell(),
            worker="one",
            poll=NO_WAIT,
            lease=LEASE,
            metrics=self.metrics,
            met=met,
        )

    async def arrive(self, source: str, body: bytes, *, key: str = "") -> None:
        await self.store.inbox.put(
            source=source,
            key=key or str(hash(body)),
            headers={},
            body=body,
            received_at=self.clock.now(),
        )

    async def hooks(self) -> None:
        await work(self.worker(Webhooks, HOOKS))

    async def counts(self) -> dict[str, int]:
        return dict(await self.store.inbox.counts())


async def work(worker: Worker) -> None:
    """Until it has nothing to do at this instant."""
    async with asyncio.TaskGroup() as begun:
        while await worker.look(begun):
            pass


async def nothing(*_: object) -> bool:
    return True


def desk_over(store: Store, clock: MovableClock, ids: CountingIds, handbook: Callable[[], Handbook]) -> Desk:
    async def dispatch(_body: str, _headers: object) -> Answer:
        return Answer(status=200, body="", content_type="text/plain")

    async def health() -> Health:
        return Health(ready=True, checks={})

    async def publish(*_: object) -> None:
        return

    async def unknown(_key: str) -> Fate:
        return Fate.UNKNOWN

    async def all_is_well() -> Trouble:
        return Trouble(neglected={}, undelivered=(), put_aside=0)

    ports = Ports(
        clock=clock,
        ids=ids,
        units=store.units,
        reading=store.reading,
        write_review=write_review,
        handbook=handbook,
    )
    return Desk(
        ports=ports,
        complain=lambda *_, **__: None,
        wall=clock.now,
        public_url="",
        team="T0TOCSIN",
        signing_secret="",
        dispatch=dispatch,
        once=lambda _key: ports,
        became_of=unknown,
        accept_event=nothing,
        room_url=str,
        publish_home=publish,
        acquaint=nothing,
        groups_changed=lambda: None,
        retry=nothing,
        trouble=all_is_well,
        webhook_secrets={},
        accept_webhook=nothing,
        admit=lambda _source: None,
        gate_tokens=(),
        health=health,
        metrics=lambda: (b"", ""),
    )


@pytest.fixture
def inn(store: Store, clock: MovableClock, ids: CountingIds) -> Inn:
    desk = desk_over(store, clock, ids, lambda: HANDBOOK)
    return Inn(desk=desk, store=store, clock=clock, metrics=Metrics())


def firing(service: str, origin: str, inn: Inn) -> bytes:
    """An Alertmanager delivery of one alert that has stood for ten minutes."""
    began = (inn.clock.now() - timedelta(minutes=10)).isoformat()
    labels = {"alertname": "Down", "service": service, "severity": "critical", "origin": origin}
    alert = {"status": "firing", "labels": labels, "annotations": {}, "startsAt": began}
    alert |= {
        "endsAt": "0001-01-01T00:00:00Z",
        "generatorURL": "https://p.example.com/g",
        "fingerprint": origin,
    }
    body = {"version": "4", "status": "firing", "receiver": "tocsin", "groupKey": "g", "truncatedAlerts": 0}
    return json.dumps(body | {"alerts": [alert], "externalURL": "https://am.example.com"}).encode()


async def test_while_people_are_about_much_is_understood_in_short_turns(inn: Inn) -> None:
    """Here somebody comes during every turn, so each is half as large as the one before."""
    alerts = [json.loads(firing("checkout", f"probe-{n}", inn))["alerts"][0] for n in range(240)]
    body = json.loads(firing("checkout", "probe", inn)) | {"alerts": alerts}
    await inn.arrive("hook:alertmanager", json.dumps(body).encode())
    came = count()
    hooks = inn.worker(Webhooks, HOOKS, met=partial(next, came))
    before = next(came)
    await work(hooks)
    assert next(came) - before - 1 == len((150, 75, 15))
    (incident,) = await find.live(inn.desk.ports)
    assert incident.major is Major.ACCEPTED
    async with inn.store.reading() as unit:
        assert len(await unit.episodes.of(incident.id)) == len(alerts)
    assert (await inn.counts())["done"] == 1


async def test_two_independent_alerts_become_an_incident(inn: Inn) -> None:
    for origin in ("prometheus-eu", "probe-us"):
        await inn.arrive("hook:alertmanager", firing("checkout", origin, inn))
    await inn.hooks()
    (incident,) = await find.live(inn.desk.ports)
    assert incident.major is Major.ACCEPTED
    assert (await inn.counts())["done"] == 2


@pytest.mark.parametrize(
    ("source", "body"),
    [
        pytest.param("hook:alertmanager", b"{}", id="an unknown shape"),
        pytest.param("hook:alertmanager", b'{"alerts": 1}', id="a wrong type"),
        pytest.param("hook:alertmanager", b"\xff\xfe{}", id="not text"),
        pytest.param("hook:alertmanager", b'{"alerts": []}' + b" " * 2**21, id="more than is read at once"),
        pytest.param("hook:nagios", b"{}", id="a source without an adapter"),
    ],
)
async def test_what_nobody_understands_is_put_aside(inn: Inn, source: str, body: bytes) -> None:
    await inn.arrive(source, body)
    for origin in ("prometheus-eu", "probe-us"):
        await inn.arrive("hook:alertmanager", firing("checkout", origin, inn))
    await inn.hooks()
    counts = await inn.counts()
    assert (counts["quarantined"], counts["done"]) == (1, 2)
    assert len(await find.live(inn.desk.ports)) == 1


async def test_deliveries_of_different_moments_are_not_thought_about_as_one(inn: Inn) -> None:
    """After an outage of ours the inbox holds an hour of alerts, each with its own time."""
    for origin in ("prometheus-eu", "probe-us"):
        await inn.arrive("hook:alertmanager", firing("checkout", origin, inn))
        inn.clock.advance(timedelta(minutes=1))
    await inn.hooks()
    (incident,) = await find.live(inn.desk.ports)
    async with inn.store.reading() as unit:
        episodes = await unit.episodes.of(incident.id)
    assert len({episode.received_at for episode in episodes}) == 2


async def test_a_row_that_breaks_the_bot_is_tried_again_and_then_put_aside(inn: Inn) -> None:
    """Rows that share its transaction are found innocent one by one."""
    broken_for = 2 * POISONED_AFTER

    def handbook() -> Handbook:
        nonlocal broken_for
        broken_for -= 1
        if broken_for >= 0:
            raise RuntimeError("the handbook is in the rain")
        return HANDBOOK

    inn.desk = replace(inn.desk, ports=replace(inn.desk.ports, handbook=handbook))
    await inn.arrive("hook:alertmanager", firing("checkout", "prometheus-eu", inn))
    for _ in range(POISONED_AFTER):
        await inn.hooks()
        inn.clock.advance(timedelta(minutes=2))
    assert (await inn.counts())["quarantined"] == 1

    await inn.arrive("hook:alertmanager", firing("search", "prometheus-eu", inn))
    await inn.hooks()
    assert (await inn.counts())["done"] == 1


HOME = {"type": "app_home_opened", "user": ADA, "tab": "home", "event_ts": "1.000001"}


@pytest.mark.parametrize(
    ("refusal", "then"),
    [
        pytest.param(Later(timedelta(seconds=90), "at Slack's limit"), "waiting", id="later"),
        pytest.param(Ambiguous("the answer was lost"), "waiting", id="nobody knows"),
        pytest.param(Never("not_enabled"), "quarantined", id="never"),
    ],
)
async def test_a_home_that_slack_does_not_take_now_is_shown_later(
    inn: Inn, refusal: DeliveryError, then: str
) -> None:
    """Without a word about trouble inside the bot; and the log of a room does not wait for it."""
    refused, shown = [refusal], list[UserId]()

    async def publish(user: UserId, _view: object) -> None:
        if refused:
            raise refused.pop()
        shown.append(user)

    inn.desk = replace(inn.desk, publish_home=publish)
    outer = {"type": "event_callback", "team_id": "T0TOCSIN", "event_id": "EvHome", "event": HOME}
    await inn.arrive("slack:event", json.dumps(outer).encode())
    with capture_logs() as logs:
        await work(inn.worker(SlackEvents, EVENTS))
    assert [line["event"] for line in logs if line["log_level"] == "error"] == []
    assert (await inn.counts())[then] == 1
    inn.clock.advance(timedelta(seconds=89))
    await work(inn.worker(SlackEvents, EVENTS))
    early = isinstance(refusal, Ambiguous)
    assert shown == ([ADA] if early else [])
    inn.clock.advance(timedelta(seconds=1))
    await work(inn.worker(SlackEvents, EVENTS))
    assert shown == ([] if then == "quarantined" else [ADA])


def said(text: str, ts: str, channel: str) -> bytes:
    event = {"type": "message", "channel": channel, "user": "U0BOB", "text": text, "ts": ts, "event_ts": ts}
    outer = {"type": "event_callback", "team_id": "T0TOCSIN", "event_id": f"Ev{ts}", "event": event}
    return json.dumps(outer).encode()


async def test_events_and_webhooks_do_not_wait_for_each_other(inn: Inn) -> None:
    """A storm of alerts must not hold up the incident's log."""
    for number in range(5):
        await inn.arrive("hook:alertmanager", firing("checkout", f"o{number}", inn))
    await inn.arrive("slack:event", said("hello", "1.000001", "C0GENERAL"))
    await work(inn.worker(SlackEvents, EVENTS))
    counts = await inn.counts()
    assert (counts["done"], counts["waiting"]) == (1, 5)


async def test_a_timer_wakes_its_use_case_once(inn: Inn) -> None:
    incident = await declare.by_hand(inn.desk.ports, title="It burns", service="checkout", severity=1, by=ADA)
    alarms = AlarmClock(
        inn.desk.ports,
        inn.store.alarms,
        bell=Bell(),
        worker="one",
        poll=NO_WAIT,
        lease=LEASE,
        metrics=inn.metrics,
    )
    inn.clock.advance(timedelta(minutes=6))
    await work(alarms)
    await work(alarms)
    async with inn.store.reading() as unit:
        kinds = [entry.kind for entry in await unit.entries.of(incident.id)]
    assert kinds.count("UpdateDue") == 1


async def test_an_alarm_that_fails_rings_again_and_holds_up_no_other(inn: Inn) -> None:
    incident = await declare.by_hand(inn.desk.ports, title="It burns", service="checkout", severity=1, by=ADA)
    async with inn.store.units() as unit:
        lost = Timer(kind=TimerKind.THAW, subject="99", incident=None, due_at=inn.clock.now())
        await unit.timers.set(lost)
        await unit.commit()

    def unreadable() -> Handbook:
        raise RuntimeError("the handbook is in the rain")

    def alarms(ports: Ports) -> AlarmClock:
        return AlarmClock(
            ports, inn.store.alarms, bell=Bell(), worker="one", poll=NO_WAIT, lease=LEASE, metrics=inn.metrics
        )

    inn.clock.advance(timedelta(minutes=6))
    await work(alarms(replace(inn.desk.ports, handbook=unreadable)))
    inn.clock.advance(LEASE + NO_WAIT)
    await work(alarms(inn.desk.ports))
    async with inn.store.reading() as unit:
        kinds = [entry.kind for entry in await unit.entries.of(incident.id)]
    assert kinds.count("UpdateDue") == 1


async def test_a_worker_survives_trouble_and_stops_when_it_is_asked(inn: Inn) -> None:
    """The database may be away for a moment; the worker may not be, afterwards."""
    looks: list[int] = []

    class Moody(Worker):
        async def look(self, begun: asyncio.TaskGroup) -> bool:
            looks.append(len(looks))
            if len(looks) == 1:
                raise RuntimeError("no database")
            self.stop()
            return False

    bell = Bell()
    worker = Moody("moody", bell=bell, poll=timedelta(seconds=30))
    async with asyncio.timeout(10), asyncio.TaskGroup() as tasks:
        tasks.create_task(worker.run())
        while not looks:
            await asyncio.sleep(0)
        bell.ring()
    assert looks == [0, 1]


@pytest.mark.parametrize("batched", [True, False])
async def test_an_unknown_severity_is_told_once_for_each_delivery(
    inn: Inn, monkeypatch: pytest.MonkeyPatch, *, batched: bool
) -> None:
    """Also if the delivery is thought about alone, because the batch around it failed."""
    alerts = [
        {"key": key, "status": "firing", "service": "checkout", "severity": "dreadful"}
        for key in ("one", "two")
    ]
    await inn.arrive("hook:generic", json.dumps(alerts).encode())
    worker = inn.worker(Webhooks, HOOKS)
    if not batched:
        monkeypatch.setattr(worker, "_think", partial(Arrivals._think, worker))
    with capture_logs() as lines:
        await work(worker)
    told = [line for line in lines if line["event"] == "intake.unknown_severity"]
    assert [(line["source"], line["words"]) for line in told] == [("hook:generic", ("dreadful",))]
    counted = {"source": "hook:generic"}
    assert inn.metrics.registry.get_sample_value("tocsin_unknown_severities_total", counted) == 1
