"""Every event and every effect survives the way to the database and back."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, get_args, get_type_hints

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from playbooks.domain import effects, events
from playbooks.domain.events import Event
from storage import (
    alarms,
    changes,
    command,
    decisions,
    entries,
    episodes,
    incidents,
    members,
    mergers,
    reports,
    reviews,
    signatures,
    statements,
    tables,
    tasks,
    windows,
)
from storage.mapping import EFFECTS, EVENTS, Codec, Unreadable, decode_effect, decode_event, encode
from storage.types import Instant
from tests.clock import START
from tests.storage.builders import said

st.register_type_strategy(
    Event, st.sampled_from(sorted(EVENTS)).flatmap(lambda name: st.from_type(EVENTS[name]))
)

CODECS = [
    codec
    for module in (
        alarms,
        changes,
        command,
        entries,
        episodes,
        incidents,
        members,
        mergers,
        reports,
        reviews,
        signatures,
        statements,
        tasks,
        decisions,
        windows,
    )
    for codec in vars(module).values()
    if isinstance(codec, Codec)
]


def through_json(body: object) -> Any:
    return json.loads(json.dumps(body))


@given(data=st.data())
@pytest.mark.parametrize("name", sorted(EVENTS))
def test_an_event_is_read_as_it_was_written(name: str, data: st.DataObject) -> None:
    event = data.draw(st.from_type(EVENTS[name]))
    assert decode_event(through_json(encode(event))) == event


@given(data=st.data())
@pytest.mark.parametrize("name", sorted(EFFECTS))
def test_an_effect_is_read_as_it_was_written(name: str, data: st.DataObject) -> None:
    effect = data.draw(st.from_type(EFFECTS[name]))
    read = decode_effect(through_json(encode(effect)))
    assert read == effect
    assert type(read) is type(effect)


def test_the_registries_know_every_class_of_their_modules() -> None:
    def concrete(module: object, base: type) -> set[str]:
        return {n for n, k in vars(module).items() if isinstance(k, type) and issubclass(k, base)} - {
            base.__name__
        }

    assert set(EVENTS) == concrete(events, events.Event)
    assert set(EFFECTS) == concrete(effects, effects.Effect)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({"type": "TeleportRoom", "incident": 7}, id="an effect of another version"),
        pytest.param({"type": "PostUpdate", "incident": 7}, id="a field is missing"),
        pytest.param(
            {"type": "TellRoom", "incident": 7, "about": {"type": "Teleported", "incident": 7}},
            id="about an event of another version",
        ),
    ],
)
def test_what_another_version_wrote_is_unreadable(body: dict[str, object]) -> None:
    with pytest.raises(Unreadable):
        decode_effect(body)


def test_an_effect_keeps_the_kind_of_event_it_is_about() -> None:
    assert encode(said("fixed"))["about"]["type"] == "IncidentMitigated"  # type: ignore[index]  # JSON


@pytest.mark.parametrize("codec", CODECS, ids=lambda codec: codec.kind.__name__)
def test_every_field_of_a_record_has_a_column_and_says_the_same_about_none(codec: Codec[Any]) -> None:
    hints = get_type_hints(codec.kind)
    said = {name: type(None) in get_args(hints[name]) for name in codec.names}
    assert said == {name: codec.table.c[name].nullable for name in codec.names}


def test_every_table_of_the_record_has_a_codec_or_is_none_of_a_dataclass() -> None:
    mapped = {codec.table.name for codec in CODECS}
    assert set(tables.metadata.tables) - mapped == {
        "counters",
        "inbox",
        "insiders",
        "jobs",
        "outbox",
        "posts",
        "readings",
        "seen",
        "voices",
    }


DIALECTS = [sa.make_url("sqlite://").get_dialect()(), sa.make_url("postgresql+psycopg://").get_dialect()()]


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_a_naive_instant_is_refused(dialect: sa.Dialect) -> None:
    with pytest.raises(ValueError, match="no zone"):
        Instant().process_bind_param(datetime(2026, 3, 2, 9, 0), dialect)  # noqa: DTZ001 - the point


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
@given(since=st.timedeltas(timedelta(0), timedelta(days=70_000)), hours=st.integers(-12, 14))
def test_an_instant_comes_back_in_utc_whatever_zone_it_was_said_in(
    dialect: sa.Dialect, since: timedelta, hours: int
) -> None:
    there = (START + since).astimezone(timezone(timedelta(hours=hours)))
    read = Instant().process_result_value(Instant().process_bind_param(there, dialect), dialect)
    assert read == there
    assert read.tzinfo is UTC


@given(one=st.datetimes(timezones=st.just(UTC)), two=st.datetimes(timezones=st.just(UTC)))
def test_on_sqlite_text_sorts_as_time_does(one: datetime, two: datetime) -> None:
    bind = Instant().process_bind_param
    texts = bind(one, DIALECTS[0]), bind(two, DIALECTS[0])
    assert (one < two) == (str(texts[0]) < str(texts[1]))
