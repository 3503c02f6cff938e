"""What is over enters the record, and nobody is called for it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from handlers.exporting import EXPORTS
from playbooks.domain.backfill import Past
from playbooks.domain.errors import NeedsWords
from playbooks.domain.ids import IncidentId
from playbooks.domain.incident import ResolutionCode, RoomState, State
from playbooks.domain.retold import retell
from playbooks.protocol import backfill, find
from tests.clock import START
from tests.protocol.conftest import FAY, ON_SQLITE, House, signal
from tests.replays import in_short

ONE = IncidentId(1)


def ago(hours: float) -> datetime:
    return START - timedelta(hours=hours)


PAST = Past(
    title="Nobody could pay",
    service="checkout-api",
    severity=1,
    began_at=ago(30),
    detected_at=ago(29),
    mitigated_at=ago(27),
    resolved_at=ago(26),
    code=ResolutionCode.SOLUTION_PROVIDED,
    note="The pool was raised.",
)


async def test_it_is_in_the_record_and_nobody_hears_of_it(house: House) -> None:
    await backfill.enter(house.ports, past=PAST, by=FAY)
    assert await house.owed() == []
    incident = await house.incident()
    assert (incident.state, incident.room_state, incident.freeze_since) == (
        State.CLOSED,
        RoomState.NONE,
        None,
    )
    assert (incident.impacted, incident.entered_at) == (("checkout",), START)
    picture = await find.picture(house.ports, incident=ONE)
    assert [(r.agreement, r.elapsed) for r in picture.readings] == [("gold-restore", timedelta(hours=2))]
    assert picture.review is not None
    assert "Entered afterwards by @fay" in picture.review.body
    await house.pass_time(hours=24)
    assert await house.owed() == [], "no alarm rings for it"
    told, _ = retell(await house.log())
    assert told == in_short(incident, None)
    exported = EXPORTS["markdown"](incident, await house.log())
    assert "Entered afterwards by U0FAY at 2026-03-02 09:00 UTC." in exported
    assert '"entered_afterwards": "2026-03-02' in EXPORTS["json"](incident, await house.log())


@ON_SQLITE
async def test_alerts_of_today_do_not_reopen_it(house: House) -> None:
    await backfill.enter(house.ports, past=replace(PAST, resolved_at=START), by=FAY)
    await house.hears(signal("checkout", at=START), signal("checkout", at=START, origin="probe"))
    await house.pass_time(minutes=5)
    assert [i.state for i in await house.incidents()] == [State.CLOSED, State.OPEN]


@pytest.mark.parametrize(
    ("changes", "about"),
    [
        pytest.param({"began_at": ago(28)}, "began", id="noticed before it began"),
        pytest.param({"detected_at": ago(26.5)}, "detected", id="mitigated before it was noticed"),
        pytest.param({"mitigated_at": ago(25)}, "mitigated", id="resolved before it was mitigated"),
        pytest.param({"resolved_at": START + timedelta(minutes=1)}, "resolved", id="it is not over yet"),
        pytest.param({"service": "nothing"}, "", id="a service nobody knows"),
        pytest.param({"severity": 9}, "", id="a severity nobody described"),
        pytest.param({"title": " "}, "", id="without words"),
    ],
)
@ON_SQLITE
async def test_what_cannot_be_is_refused_at_its_place(
    house: House, changes: dict[str, object], about: str
) -> None:
    with pytest.raises(NeedsWords) as refused:
        await backfill.enter(house.ports, past=replace(PAST, **changes), by=FAY)  # type: ignore[arg-type]  # fields as given
    assert refused.value.about == about
    assert await house.incidents() == []
