"""The whole record is told from the log: of every event and every column somebody has said how."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from playbooks.domain import events as e
from playbooks.domain.events import Event
from playbooks.domain.ids import ContestId, IncidentId, TaskId, UserId
from playbooks.domain.retelling import MOVE_NOTHING, TURNS, Record, Untold, tell
from playbooks.domain.retelling.account import LEFT_OUT, UNSAID, differences, fingerprint, kept, told
from storage import tables
from storage.whole import OWNED
from tests.clock import START
from tests.events import KINDS, built

ONE = IncidentId(1)
ADA = UserId("U0ADA")
LIVED = Path(__file__).parent.parent / "fixtures" / "logs" / "inc-1.json"
"""The log of an incident that was played once, as it was taken away."""
ITS_RECORD = "e6fba136853bd2406c3e7cf37f88cd17388548235901f18368e1ab0acd50e909"


@pytest.mark.parametrize("name", sorted(KINDS))
def test_an_event_moves_the_record_or_is_known_to_move_nothing(name: str) -> None:
    kind: type[Event] = KINDS[name]
    assert (kind in TURNS) is not (kind in MOVE_NOTHING)


@pytest.mark.parametrize("table", [tables.incidents, *OWNED], ids=lambda table: table.name)
def test_every_column_of_an_incident_is_told_or_left_out_for_a_reason(table: tables.Table) -> None:
    names = {column.name for column in table.c}
    if table.name in LEFT_OUT:
        assert table.name not in UNSAID
        assert not hasattr(Record(number=ONE), table.name)
        return
    assert set(UNSAID.get(table.name, {})) <= names, "reasons for columns that do not exist"
    rows = {table.name: [dict.fromkeys(names)]}
    (said,) = kept(rows)[table.name]
    assert set(said) == names - set(UNSAID.get(table.name, {}))
    assert all(UNSAID.get(table.name, {"": "a reason"}).values())


def declared(**changes: object) -> e.IncidentDeclared:
    event: e.IncidentDeclared = built(e.IncidentDeclared, incident=ONE, title="Payments time out", **changes)
    return event


def test_the_same_record_is_the_same_text_and_a_difference_is_named_by_its_path() -> None:
    task = built(e.TaskAssigned, incident=ONE, task=TaskId("t"), number=3, text="read the log", assignee=ADA)
    one, other = (tell(ONE, [declared(), task]) for _ in range(2))
    assert fingerprint(told(one)) == fingerprint(told(other))
    assert differences(told(one), told(other)) == ()
    late = tell(ONE, [declared(), task, built(e.TaskAccepted, incident=ONE, task=TaskId("t"), due_at=START)])
    assert 'tasks[3].state: "asked" | "accepted"' in differences(told(one), told(late))
    assert differences(told(tell(ONE, [declared()])), told(one)) == ("tasks[3]: – | there",)


def test_a_log_that_speaks_of_what_never_began_cannot_be_told() -> None:
    with pytest.raises(Untold, match="INC-1"):
        tell(ONE, [built(e.IncidentMitigated, incident=ONE)])
    with pytest.raises(Untold, match="nobody"):
        tell(ONE, [declared(), built(e.ContestJoined, incident=ONE, contest=ContestId("nobody"))])


def test_a_log_that_tells_what_no_rule_allows_cannot_be_told() -> None:
    stated = built(e.StatementMade, incident=ONE, by=ADA)
    refuted = built(e.StatementRefuted, incident=ONE, by=ADA)
    with pytest.raises(Untold, match="StatementRefuted"):
        tell(ONE, [declared(), stated, refuted, refuted])


def test_every_table_that_is_told_is_one_of_the_record() -> None:
    owned = {table.name for table in (tables.incidents, *OWNED)}
    assert set(Record(number=ONE).rows()) == owned - set(LEFT_OUT)
    assert {f.name for f in fields(Record)} - {"number", "findings"} == owned - set(LEFT_OUT)


@pytest.mark.parametrize("seed", ["0", "77"])
def test_a_log_that_was_taken_away_is_the_same_record_wherever_it_is_told(seed: str) -> None:
    told = subprocess.run(
        [sys.executable, "-c", "from bot.cli import main; main()", "replay", "--from", LIVED],
        env={**os.environ, "PYTHONHASHSEED": seed},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert told.stdout.splitlines()[-1] == f"record {ITS_RECORD}"
