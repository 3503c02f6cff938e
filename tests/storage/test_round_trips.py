"""What is written is what is read: every field of every record, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from playbooks.domain.errors import StaleWrite
from storage.uow import SqlUnit, Store
from tests.storage import records


@dataclass(frozen=True)
class Kind:
    """A versioned record, its repository, and a change to it."""

    record: Any
    repository: Callable[[SqlUnit], Any]
    change: dict[str, object]


KINDS = [
    pytest.param(Kind(records.INCIDENT, lambda u: u.incidents, {"title": "Other"}), id="incident"),
    pytest.param(Kind(records.EPISODE, lambda u: u.episodes, {"service": None, "labels": {}}), id="episode"),
    pytest.param(Kind(records.CONTEST, lambda u: u.contests, {"winner": None, "by": None}), id="contest"),
    pytest.param(
        Kind(records.LADDER, lambda u: u.ladders, {"asks": (), "ended_at": None, "absent": None}), id="ladder"
    ),
    pytest.param(Kind(records.HANDOVER, lambda u: u.handovers, {"answered_at": None}), id="handover"),
    pytest.param(Kind(records.TEAM, lambda u: u.teams, {"members": (), "ended_at": None}), id="team"),
    pytest.param(Kind(records.WORKSTREAM, lambda u: u.workstreams, {"lead": None, "how": None}), id="lead"),
    pytest.param(Kind(records.STATEMENT, lambda u: u.statements, {"evidence": ()}), id="statement"),
    pytest.param(Kind(records.MERGER, lambda u: u.mergers, {"agreed": ()}), id="merger"),
    pytest.param(Kind(records.WINDOW, lambda u: u.windows, {"cancelled_at": records.START}), id="window"),
    pytest.param(Kind(records.REPORT, lambda u: u.reports, {"incident": None}), id="report"),
    pytest.param(Kind(records.TASK, lambda u: u.tasks, {"answered_at": None, "ended_by": None}), id="task"),
    pytest.param(
        Kind(records.PROPOSAL, lambda u: u.decisions, {"due_at": None, "objections": (), "ended_by": None}),
        id="proposal",
    ),
    pytest.param(
        Kind(records.SIGNATURE, lambda u: u.signatures, {"words": {}, "ended_by": None}), id="signature"
    ),
    pytest.param(Kind(records.UPDATE, lambda u: u.updates, {"sent_at": None}), id="update"),
    pytest.param(Kind(records.CHANGE, lambda u: u.changes, {"remedies": None}), id="change"),
    pytest.param(Kind(records.CLEARANCE, lambda u: u.clearances, {"used_by_op": None}), id="clearance"),
    pytest.param(Kind(records.REVIEW, lambda u: u.reviews, {"finding": None}), id="review"),
    pytest.param(Kind(records.KNOWN_ERROR, lambda u: u.known_errors, {"workarounds": ()}), id="known error"),
    pytest.param(Kind(records.CLOCK, lambda u: u.clocks, {"events": ()}), id="service clock"),
]


async def _declare(store: Store) -> None:
    """The incident that the other records point at."""
    async with store.units() as unit:
        if await unit.incidents.find(records.SEVEN) is None:
            await unit.incidents.add(records.INCIDENT)
        await unit.commit()


async def _stored(store: Store, kind: Kind) -> Any:
    async with store.reading() as unit:
        return await kind.repository(unit).find(kind.record.id)


async def _add(store: Store, kind: Kind) -> None:
    if kind.record is not records.INCIDENT:
        await _declare(store)
    async with store.units() as unit:
        await kind.repository(unit).add(kind.record)
        await unit.commit()


@pytest.mark.parametrize("kind", KINDS)
async def test_a_record_is_read_as_it_was_written(store: Store, kind: Kind) -> None:
    await _add(store, kind)
    assert await _stored(store, kind) == kind.record


@pytest.mark.parametrize("kind", KINDS)
async def test_saving_keeps_the_change_and_raises_the_version(store: Store, kind: Kind) -> None:
    await _add(store, kind)
    changed = replace(kind.record, **kind.change)
    async with store.units() as unit:
        await kind.repository(unit).save(changed)
        await unit.commit()
    assert await _stored(store, kind) == replace(changed, version=1)


@pytest.mark.parametrize("kind", KINDS)
async def test_whoever_read_an_older_version_cannot_save(store: Store, kind: Kind) -> None:
    await _add(store, kind)
    async with store.units() as unit:
        await kind.repository(unit).save(kind.record)
        await unit.commit()
    async with store.units() as unit:
        with pytest.raises(StaleWrite):
            await kind.repository(unit).save(replace(kind.record, **kind.change))
    assert await _stored(store, kind) == replace(kind.record, version=1)


@pytest.mark.parametrize("kind", KINDS)
async def test_a_record_that_was_never_added_cannot_be_saved(store: Store, kind: Kind) -> None:
    async with store.units() as unit:
        with pytest.raises(StaleWrite):
            await kind.repository(unit).save(kind.record)


@pytest.mark.parametrize("kind", KINDS)
async def test_a_record_is_added_once(store: Store, kind: Kind) -> None:
    await _add(store, kind)
    async with store.units() as unit:
        with pytest.raises(StaleWrite):
            await kind.repository(unit).add(kind.record)


@pytest.mark.parametrize("kind", KINDS)
async def test_a_unit_that_is_not_committed_never_happened(store: Store, kind: Kind) -> None:
    await _declare(store)
    async with store.units() as unit:
        if kind.record is not records.INCIDENT:
            await kind.repository(unit).add(kind.record)
        else:
            await unit.incidents.save(replace(records.INCIDENT, title="Never said"))
    expected = records.INCIDENT if kind.record is records.INCIDENT else None
    assert await _stored(store, kind) == expected
