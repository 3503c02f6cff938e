"""``tocsin rules``: try trigger rules before they are trusted with waking people."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
from pydantic import AwareDatetime, BaseModel, JsonValue, ValidationError

from bot.clock import SystemClock
from bot.ids import TimeSortedIds
from bot.library import papers
from bot.refusals import Refusal, in_words
from bot.rules import SAYING, Explained, Recorded, Replayed, Verdict, backtest, counterpart, explain
from bot.workers.arrivals import HOOKS
from config.settings import load as load_settings
from handlers.http.sources import ADAPTERS, Malformed
from playbooks.domain.announced import heard_windows
from playbooks.domain.handbook import Handbook
from playbooks.domain.ids import incident_name
from playbooks.domain.incident import Incident, Major
from playbooks.domain.reasons import Opinion
from playbooks.loader import load
from playbooks.monitored import Maintenance
from playbooks.protocol.intake import REMEMBERED
from playbooks.schema import read_duration
from storage.uow import Store

_MOST = 100_000
Announced = tuple[Maintenance, ...]

_paper = click.Path(exists=True, dir_okay=False, path_type=Path)


class Span(click.ParamType[timedelta]):
    """``10m``, ``1h 30m``: as the playbook writes durations."""

    name = "duration"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        try:
            read = read_duration(value)
        except ValueError as wrong:
            self.fail(str(wrong), param, ctx)
        if not isinstance(read, timedelta):
            self.fail(f"{value!r} is not a duration", param, ctx)
        return read


class _Line(BaseModel):
    """One delivery in a recording."""

    source: str
    received_at: AwareDatetime
    body: JsonValue


@click.group()
def rules() -> None:
    """When alerts become a major incident: why, why not, and what other rules would do."""


@rules.command(name="explain")
@click.argument("delivery")
@click.option(
    "--source", type=click.Choice(sorted(ADAPTERS)), default="alertmanager", show_default=True,
    help="Who sends it; known already for an arrival of the inbox.",
)  # fmt: skip
@click.option("--in", "later", type=Span(), default="0s", help="Judge it after so long, such as 10m.")
@click.option("--playbook", type=_paper, help="Other rules than those in the settings.")
@click.option("--catalogue", type=_paper, help="Another catalogue.")
def explain_delivery(
    delivery: str, source: str, later: timedelta, playbook: Path | None, catalogue: Path | None
) -> None:
    """Say which rule fires on DELIVERY (a file, - or an arrival's id) and why not the others."""
    with in_words():
        recorded, announced = _delivery(delivery, source)
        handbook = _handbook(playbook, catalogue).with_announced(announced)
        try:
            told = explain(recorded, handbook, at=recorded.received_at + later)
        except Malformed as malformed:
            raise Refusal(str(malformed)) from malformed
    for line in _explained(told, recorded.received_at + later):
        click.echo(line)


@rules.command(name="backtest")
@click.argument("recording", required=False, type=_paper)
@click.option("--since", type=Span(), help="Read the inbox instead, so far back, such as 24h.")
@click.option("--playbook", type=_paper, help="Other rules than those in the settings.")
@click.option("--catalogue", type=_paper, help="Another catalogue.")
def backtest_rules(
    recording: Path | None, since: timedelta | None, playbook: Path | None, catalogue: Path | None
) -> None:
    """Say what rules would have made of RECORDING, or of what arrived --since."""
    if (recording is None) is (since is None):
        raise Refusal("Name a recording, or say --since 24h; one of the two.")
    with in_words():
        handbook = _handbook(playbook, catalogue)
        if since is not None:
            recorded, real, announced = asyncio.run(_arrived(SystemClock().now() - since))
            handbook = handbook.with_announced(announced)
        else:
            recorded, real = _lines(recording or Path()), None
        told = asyncio.run(backtest(recorded, handbook))
    for line in _replayed(told, real):
        click.echo(line)


# ------------------------------------------------------------------ what is read
def _handbook(playbook: Path | None, catalogue: Path | None) -> Handbook:
    settled = papers(load_settings())
    return load(playbook or settled[0], catalogue or settled[1])


def _delivery(name: str, source: str) -> tuple[Recorded, Announced]:
    """The delivery; for one of the inbox also the maintenance that other tools had announced."""
    now = SystemClock().now()
    if name == "-":
        return Recorded(source=source, received_at=now, body=sys.stdin.buffer.read()), ()
    if Path(name).is_file():
        return Recorded(source=source, received_at=now, body=Path(name).read_bytes()), ()
    found = asyncio.run(_arrival(name))
    if found is None:
        raise Refusal(f"{name} is no file, and no arrival. See tocsin inbox list.")
    return found


async def _arrival(name: str) -> tuple[Recorded, Announced] | None:
    async with _store() as store:
        row = await store.inbox.show(name)
        if row is None:
            return None
        recorded = Recorded(source=row.source, received_at=row.received_at, body=row.body)
        return recorded, await _announced(store, row.received_at)


async def _arrived(since: datetime) -> tuple[Sequence[Recorded], Sequence[Incident], Announced]:
    """Webhooks since an instant, what people and rules really declared, and announced maintenance."""
    async with _store() as store:
        rows = await store.inbox.since(since, source_prefix=HOOKS, limit=_MOST)
        async with store.reading() as unit:
            real = [i for i in await unit.incidents.recent(_MOST) if i.declared_at >= since]
        announced = await _announced(store, since)
    recorded = [Recorded(source=r.source, received_at=r.received_at, body=r.body) for r in rows]
    return recorded, real, announced


async def _announced(store: Store, since: datetime) -> Announced:
    """As the rules hear of it; each window says since when it was known."""
    async with store.reading() as unit:
        return heard_windows(await unit.windows.open_since(since - REMEMBERED))


@asynccontextmanager
async def _store() -> AsyncIterator[Store]:
    store = await Store.open(load_settings().database.url, clock=SystemClock(), ids=TimeSortedIds())
    try:
        yield store
    finally:
        await store.close()


def _lines(recording: Path) -> Sequence[Recorded]:
    found = []
    for number, line in enumerate(recording.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            one = _Line.model_validate_json(line)
        except ValidationError as wrong:
            first = wrong.errors(include_url=False, include_input=False)[0]
            where = ".".join(map(str, first["loc"]))
            raise Refusal(f"{recording}:{number}: {where}: {first['msg']}") from wrong
        body = json.dumps(one.body).encode()
        found.append(Recorded(source=one.source, received_at=one.received_at.astimezone(UTC), body=body))
    return found


# ------------------------------------------------------------------ what is said
def _explained(told: Explained, at: datetime) -> Iterator[str]:
    yield f"{len(told.signals)} signals, {len(told.episodes)} alerts, judged at {at:%Y-%m-%d %H:%M:%S} UTC"
    for episode in told.episodes:
        where = episode.service or f"UNMAPPED ({episode.service_hint or 'names no service'})"
        state = "fires" if episode.is_open else "ended"
        yield (
            f"  {where}, {episode.env}: severity {episode.severity}, {episode.kind.value}"
            f" from {episode.origin}, {state}: {episode.title}"
        )
    if not told.verdicts:
        yield "No rule is asked: nothing stands on a service that the catalogue knows."
    for verdict in told.verdicts:
        yield ""
        yield from _judged(verdict)


def _judged(verdict: Verdict) -> Iterator[str]:
    yield f"Together: {', '.join(verdict.cluster.services)} in {verdict.cluster.env}"
    fired = verdict.fired
    for opinion in verdict.opinions:
        yield f"  {opinion.rule.id}: {_said(opinion, fired is not None and fired.rule.id == opinion.rule.id)}"
        for condition in opinion.conditions:
            mark = "yes" if condition.met else "NO"
            yield f"    {mark:3}  {condition.wanted}: {condition.found}"
    if fired is None:
        yield "  No rule fires."
    else:
        yield f"  {fired.rule.id} fires: {fired.rule.then.action.value} SEV{fired.rule.then.severity}."


def _said(opinion: Opinion, fires: bool) -> str:  # noqa: FBT001 - read right where it is said
    then = opinion.rule.then.action.value
    if fires:
        return f"FIRES ({then}{'; only proposes, for its evidence is weak' if opinion.is_weak else ''})"
    if opinion.holds:
        return f"holds ({then}), but another rule goes before it"
    if opinion.begins_at is not None:
        return f"does not hold; will at {opinion.begins_at:%H:%M:%S} UTC if nothing changes"
    return "does not hold"


def _replayed(told: Replayed, real: Sequence[Incident] | None) -> Iterator[str]:
    yield (f"{told.deliveries} deliveries with {told.signals} signals; {told.unreadable} could not be read.")
    declared = [i for i in told.incidents if i.major is Major.ACCEPTED]
    yield f"Declared would have been {len(declared)} of {len(told.incidents)} candidates and incidents:"
    for incident in told.incidents:
        other = counterpart(incident, real) if real is not None else None
        yield f"  {_line(incident)}{_compared(incident, other) if real is not None else ''}"
    if real is not None:
        matched = {other.id for i in told.incidents if (other := counterpart(i, real)) is not None}
        for incident in real:
            if incident.id not in matched and incident.major is Major.ACCEPTED:
                yield f"  not by these rules: {incident_name(incident.id)}, {_line(incident)}"
    said = sum(told.owed[kind] for kind in SAYING)
    yield f"{said} messages in Slack, {told.owed['OpenRoom']} war rooms."


def _line(incident: Incident) -> str:
    what = {Major.ACCEPTED: "declared", Major.PROPOSED: "proposed", Major.REJECTED: "dropped"}
    services = ", ".join(incident.impacted)
    return (
        f"{incident.declared_at:%Y-%m-%d %H:%M:%S}  {what.get(incident.major, incident.major.value)}"
        f"  SEV{incident.severity}  {incident.rule or 'by hand'}  {services}"
    )


def _compared(incident: Incident, other: Incident | None) -> str:
    if other is None:
        return "  (nobody declared it)"
    seconds = int((other.declared_at - incident.declared_at).total_seconds())
    when = "at the same time" if seconds == 0 else f"{abs(seconds)} s {'later' if seconds > 0 else 'earlier'}"
    return f"  ({incident_name(other.id)} was, {when})"
