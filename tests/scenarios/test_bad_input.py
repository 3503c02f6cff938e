"""What should not come in stays out, says why once, and leaves nothing behind.

Requests are made here by hand, because no honest sender makes them.
"""

from __future__ import annotations

import io
import itertools
import json
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import aiohttp
import pytest

from bot.clock import SystemClock
from bot.demo.cast import Cast
from bot.demo.house import GATE_TOKEN, WEBHOOK_SECRET, House
from bot.demo.outbreak import ACCEPTED, PROMETHEUS, storm
from bot.demo.world import delivery, signature
from handlers.http.authenticity import sign
from handlers.http.sources import Malformed, generic
from handlers.names import Action, Callback, Verb, verb_action
from tests.scenarios.conftest import EVERY, SAMPLES, on_both, once
from tests.scenarios.record import MANY, Record, printed
from tests.scenarios.scenes import commanded, declared

JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
ALERT = json.dumps({"key": "k", "status": "firing", "service": "checkout"}).encode()
over_http = pytest.mark.parametrize("way", [SAMPLES[0], EVERY[3]], indirect=True)
"""Both engines; Socket Mode has no door at which anybody else could knock."""


@dataclass
class Door:
    """The bot's port, from outside."""

    house: House
    session: aiohttp.ClientSession

    async def knock(
        self, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None, *, method: str = "POST"
    ) -> tuple[int, dict[str, Any]]:
        """Status and JSON of an answer."""
        url = f"{self.house.bot_url}{path}"
        async with self.session.request(method, url, data=io.BytesIO(body), headers=headers) as answer:
            text = await answer.text()
            shown = json.loads(text) if text.startswith("{") else {}
            if answer.content_type == "application/problem+json":
                assert shown["status"] == answer.status
            return answer.status, shown

    async def slack(self, body: bytes, content: Mapping[str, str] = FORM) -> int:
        """Status of a delivery that carries Slack's signature."""
        stamp = str(int(SystemClock().now().timestamp()))
        signed = sign("v0", stamp, body, self.house.app.signing_secret)
        headers = {**content, "X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": signed}
        status, _ = await self.knock("/slack/events", body, headers)
        return status

    async def interaction(self, payload: object) -> int:
        """Status of a signed interaction."""
        return await self.slack(urlencode({"payload": json.dumps(payload)}).encode())


@pytest.fixture
async def door(house: House) -> AsyncIterator[Door]:
    async with aiohttp.ClientSession(trust_env=False) as session:
        yield Door(house, session)


async def nothing_came_in(record: Record) -> bool:
    """No row anywhere, but for what Slack says of our own coming into channels."""
    rows = await record.store.inbox.rows(None, MANY)
    unasked = [row for row in rows if b"member_joined_channel" not in row.body]
    return not unasked and not await record.incidents() and not await record.outbox()


def stale(body: bytes, seconds: int) -> dict[str, str]:
    """A signature that was right some time ago, or will be."""
    stamp = str(int(SystemClock().now().timestamp()) + seconds)
    return {"X-Tocsin-Timestamp": stamp, "X-Tocsin-Signature": sign("v1", stamp, body, WEBHOOK_SECRET)}


def unwelcome() -> Iterator[tuple[str, str, bytes, dict[str, str], int]]:
    """What it is, where, body, headers, and the status that answers it."""
    hooks = "/hooks/alertmanager"
    token = {"Authorization": f"Bearer {WEBHOOK_SECRET}"}
    yield "nothing to prove it", hooks, ALERT, JSON, 401
    yield "a wrong secret", hooks, ALERT, signature(ALERT, secret="guess"), 401
    yield "another body", hooks, ALERT + b" ", signature(ALERT), 401
    yield "too old", hooks, ALERT, stale(ALERT, -301), 401
    yield "from the future", hooks, ALERT, stale(ALERT, 301), 401
    yield "a wrong token", hooks, ALERT, {"Authorization": "Bearer guess"}, 401
    yield "a wrong signature beside the right token", hooks, ALERT, {**stale(ALERT, -900), **token}, 401
    yield "another source's door", "/hooks/nagios", ALERT, signature(ALERT), 404
    yield "too much", hooks, b"{" + b" " * 8 * 1024 * 1024 + b"}", token, 413
    yield "no token at the gate", "/v1/gate", b"{}", JSON, 401
    yield "a webhook secret at the gate", "/v1/gate", b"{}", token, 401
    gate = {"Authorization": f"Bearer {GATE_TOKEN}"}
    yield "half a question", "/v1/gate", b'{"change": {', gate, 422
    yield "a question about nothing", "/v1/gate", b'{"change": {}}', gate, 422
    yield "a risk that does not exist", "/v1/gate", b'{"change": {"ref": "C", "risk": "huge"}}', gate, 422
    yield "too long a question", "/v1/gate", b'{"change": {"ref": "' + b"x" * 70_000 + b'"}}', gate, 413
    yield "Slack without a signature", "/slack/events", b"{}", JSON, 401


@once
async def test_what_is_refused_says_why_leaves_nothing_and_is_noted_once(
    door: Door, house: House, record: Record
) -> None:
    for what, path, body, headers, expected in unwelcome():
        noted = len(printed(house, "http.refused"))
        status, answer = await door.knock(path, body, headers)
        assert status == expected, what
        assert (answer["status"], bool(answer["title"]), bool(answer["detail"])) == (expected, True, True), (
            what
        )
        (line,) = printed(house, "http.refused")[noted:]
        assert (line["path"], line["status"]) == (path, expected), what
        assert line["reason"][:40] == answer["detail"][:40], what
    assert await nothing_came_in(record)
    everything = house.log_file.read_text()
    for secret in (WEBHOOK_SECRET, GATE_TOKEN, house.app.signing_secret, house.app.bot_token, "guess"):
        assert secret not in everything


@once
async def test_addresses_and_methods_that_do_not_exist_are_problems_too(door: Door) -> None:
    for method, path, expected in (
        ("GET", "/hooks/alertmanager", 405),
        ("POST", "/", 404),
        ("POST", "/hooks/../v1/gate", 401),
        ("POST", "/hooks/UPPER", 404),
        ("GET", "/incidents/7", 404),
        ("GET", "/incidents/99999999999", 404),
    ):
        status, answer = await door.knock(path, method=method)
        assert (status, answer["status"]) == (expected, expected), path


@on_both
async def test_a_replayed_webhook_is_the_same_webhook(cast: Cast, door: Door, record: Record) -> None:
    await storm(cast)
    await cast.card("INC-1")
    body = json.dumps(delivery(cast.alerts, origin=PROMETHEUS)).encode()
    headers = JSON | signature(body)
    answers = [await door.knock("/hooks/alertmanager", body, headers) for _ in range(3)]
    assert [status for status, _ in answers] == [ACCEPTED] * 3
    assert [answer["seen_before"] for _, answer in answers] == [False, True, True]
    assert len({answer["delivery"] for _, answer in answers}) == 1


STRANGE = (
    rb'{"key": "a\u0000b", "status": "firing", "service": "checkout", "title": "nul \u0000 byte"}',
    rb'{"key": "c", "status": "firing", "service": "checkout", "title": "half \ud800 a character"}',
    rb'{"key": "d", "status": "firing", "service": "check\u0000out"}',
    rb'{"key": "e", "status": "firing", "service": "checkout", "started_at": "9999-12-31T23:59:59Z"}',
    rb'{"key": "f", "status": "firing", "service": "checkout", "started_at": "0001-01-01T00:00:00+14:00"}',
    rb'{"key": "g", "status": "firing", "service": "checkout", "severity": 1e308}',
    rb'{"key": "h", "status": "firing", "service": "checkout", "labels": {"a": {"b": ["c"]}}}',
    rb'{"key": "i", "status": "exploded", "service": "checkout"}',
    rb'{"key": NaN}',
    rb"[[[[[[]]]]]]",
    rb"[{}, 7, null, {}]",
    rb"{" + rb'"a":{' * 5_000 + rb"}" * 5_001,
    b'{"key": "\xff\xfe"}',
    b"{not json}",
    b"alert!",
    b"<html>502 Bad Gateway</html>",
    b'{"alerts": "{{ .Alerts | toJson }}"}',
    b'[{"key": "j", "status": "firing", "service": "checkout"}, {"key": "k", "status": "fir]',
    json.dumps(
        {
            "key": "l",
            "status": "firing",
            "service": "checkout",
            "labels": {f"l{n}": "x" for n in range(10_000)},
        }
    ).encode(),
    json.dumps(
        {"key": "m", "status": "firing", "service": "<!channel>", "labels": {"<!here>": "<!channel>"}}
    ).encode(),
    json.dumps({"alerts": [{"labels": {"severity": "x"}, "annotations": {"summary": "A" * 10**6}}]}).encode(),
)


NOT_UNDERSTOOD = 422


def is_read(body: bytes) -> bool:
    """Whether our own format can be read from it."""
    try:
        generic.parse(body, received_at=SystemClock().now())
    except Malformed:
        return False
    return True


@over_http
async def test_strange_alerts_are_read_or_put_aside_and_never_stop_the_others(
    cast: Cast, door: Door, record: Record
) -> None:
    token = JSON | {"Authorization": f"Bearer {WEBHOOK_SECRET}"}
    for body in STRANGE:
        for source in ("generic", "alertmanager"):
            status, _ = await door.knock(f"/hooks/{source}", body, token)
            told = source == "generic" and not is_read(body)
            assert status == (NOT_UNDERSTOOD if told else ACCEPTED), body[:80]
    await record.thought_about()
    counts = await record.store.inbox.counts()
    assert counts["quarantined"] >= len(STRANGE)
    assert len(printed(cast.house, "inbox.quarantined")) == counts["quarantined"]
    await storm(cast)
    await cast.card("INC-1")


@once
async def test_forged_and_repeated_deliveries_of_slack_do_nothing(cast: Cast, record: Record) -> None:
    await declared(cast)
    before = len(await record.log())
    faults = cast.house.workspace.faults
    for do, how in (("unsigned", {}), ("wrong_secret", {}), ("skew", {"seconds": -600})):
        for where in ("command", "interaction"):
            await faults.add(do, where=where, count=1, **how)
        typed = await cast.person("ada").slash(cast.room, "/incident", "log forged")
        assert typed.status == "401", do
        pressed = await (await cast.card()).button("Take command").press(as_="bob")
        assert pressed.status == "401", do
    assert len(await record.log()) == before
    await faults.add("replay", where="command", count=1)
    await cast.command("ada", "log said once")
    assert len(await record.log("KeyEventMarked")) == 1


@once
async def test_the_word_payload_may_be_said(cast: Cast, record: Record) -> None:
    """Bolt takes every form with that word for an interaction."""
    await cast.command("ada", "declare checkout the payload=1 service fails", room="incidents")
    await cast.card("the payload=1 service fails")
    assert "In the log" in await cast.command("ada", "log payload")
    await record.logged("KeyEventMarked", "payload")


MISSHAPEN: tuple[bytes, ...] = (
    b"",
    b"payload=",
    b"payload=not+json",
    b"payload=%7B%7D",
    b"payload=%5B%5D",
    b"payload=null",
    b"payload=%22text%22",
    b"command=%2Fincident",
    b"command=%2Fincident&text=%00%ff",
    b"command=%2Fother&text=status&user_id=U0ADA&team_id=T0TOCSIN&channel_id=C1&trigger_id=1",
    b"&&&=&=",
    b"\xff\xfe",
    urlencode(
        {"payload": json.dumps({"type": "block_actions", "user": None, "actions": [{"action_id": "x"}]})}
    ).encode(),
    urlencode({"payload": json.dumps({"type": "view_submission"})}).encode(),
    urlencode({"payload": json.dumps({"type": "view_submission", "view": {"state": 7}})}).encode(),
    urlencode({"payload": json.dumps({"type": "message_action", "callback_id": "log_message"})}).encode(),
    urlencode({"payload": json.dumps({"type": "unheard_of"})}).encode(),
)
NOT_AN_EVENT: tuple[bytes, ...] = (
    b"{}",
    b"[]",
    b"null",
    b"{",
    b'{"type": "event_callback", "event": {}, "event_id": "E2"}',
    b'{"type": "event_callback", "event": {"type": "message", "channel": {"id": 1}}, "event_id": "E3"}',
    b'{"type": "event_callback", "event": {"type": "message", "ts": "x", "channel": "C1"}, "event_id": "E4"}',
    b'{"type": "event_callback", "event": {"type": "reaction_added", "item": 7}, "event_id": "E5"}',
)


@over_http
async def test_misshapen_deliveries_with_the_right_signature_kill_nothing(
    cast: Cast, door: Door, record: Record
) -> None:
    """Slack would not send them; one day it sends something that we have not thought of."""
    for body in MISSHAPEN:
        assert await door.slack(body) < 500, body
    for body in NOT_AN_EVENT:
        assert await door.slack(body, JSON) < 500, body
    await record.thought_about()
    assert await record.incidents() == []
    await commanded(cast)


VALUES = (
    "",
    "x",
    "[]",
    "null",
    "7",
    '{"i":"1"}',
    '{"i":1.5}',
    '{"i":true}',
    '{"i":-1}',
    '{"i":0}',
    '{"i":999999999}',
    '{"i":1000000000000000000000000000000}',
    '{"i":999999999,"f":1000000000000000000000000000000}',
    '{"i":999999999,"s":"nobody","f":-1,"w":"words"}',
    '{"s":{"a":1},"w":["b"]}',
    '{"s":"nul \\u0000 byte","i":999999999}',
    '{"s":"half \\ud800","i":999999999}',
    '{"v":"frobnicate"}',
    '{"v":"take"}',
    "{" * 2_000,
)


def button(action: str, value: object, number: int) -> dict[str, object]:
    """A pressed button as Slack would describe it."""
    return {
        "type": "block_actions",
        "user": {"id": "U0DEV", "team_id": "T0TOCSIN"},
        "team": {"id": "T0TOCSIN"},
        "trigger_id": f"forged.{number}",
        "actions": [{"action_id": action, "value": value, "type": "button", "block_id": "b"}],
    }


def form(callback: str, metadata: str, values: object, number: int) -> dict[str, object]:
    """A submitted modal as Slack would describe it."""
    return {
        "type": "view_submission",
        "user": {"id": "U0DEV", "team_id": "T0TOCSIN"},
        "team": {"id": "T0TOCSIN"},
        "trigger_id": f"forged.{number}",
        "view": {
            "id": "V1",
            "type": "modal",
            "callback_id": callback,
            "private_metadata": metadata,
            "state": {"values": values},
        },
    }


OK = 200
TRIES = 5
"""Pieces of garbage for each button; over all of them every piece is tried with many."""
STATES: tuple[object, ...] = (
    {},
    {"reason": {"reason": {"type": "plain_text_input", "value": "because"}}},
    {"severity": {"severity": {"selected_option": {"value": "many"}}}, "code": {"code": {"value": "none"}}},
    {"person": {"person": {"selected_user": None}}, "choice": {"choice": {"value": "burn"}}},
)


@over_http
async def test_garbage_in_buttons_and_forms_is_answered_and_changes_nothing(
    cast: Cast, door: Door, record: Record
) -> None:
    pressed = [*Action, *[verb_action(verb) for verb in Verb], "unheard_of"]
    garbage = itertools.cycle(VALUES)
    for number, action in enumerate(a for a in pressed for _ in range(TRIES)):
        value = next(garbage)
        assert await door.interaction(button(action, value, number)) == OK, (action, value)
    filled_in = [*Callback, "unheard_of"]
    for number, callback in enumerate(c for c in filled_in for _ in range(TRIES)):
        value = next(garbage)
        submitted = form(callback, value, STATES[number % len(STATES)], number)
        assert await door.interaction(submitted) == OK, (callback, value)
    broken = [line["reason"] for line in printed(cast.house, "slack.failed")]
    assert [reason for reason in broken if "views.open" not in reason] == [], "only forged triggers may fail"
    assert await record.incidents() == []
    await commanded(cast)
