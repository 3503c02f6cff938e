"""Nothing is parsed, stored or handed on before its sender is known."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode

import pytest

from handlers.deps import Unavailable
from handlers.http.authenticity import bears, from_slack, sign
from tests.handlers.http.conftest import NEW, OLD, SECRET, Site

HOOK = "/hooks/alertmanager"
BODY = b'{"alerts": []}'
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def slack_headers(site: Site, body: bytes, **over: str) -> dict[str, str]:
    stamp = str(int(site.clock.now().timestamp()))
    signed = {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": sign("v0", stamp, body, SECRET)}
    return {**signed, **{name.replace("_", "-"): value for name, value in over.items()}}


def hook_headers(site: Site, body: bytes, *, secret: str = NEW, late: int = 0, **over: str) -> dict[str, str]:
    stamp = str(int(site.clock.now().timestamp()) - late)
    signed = {"X-Tocsin-Timestamp": stamp, "X-Tocsin-Signature": sign("v1", stamp, body, secret)}
    return {**signed, **{name.replace("_", "-"): value for name, value in over.items()}}


def test_slacks_published_example_is_verified() -> None:
    """Slack docs, verifying requests from Slack: secret, timestamp, body and signature."""
    body = (
        b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V"
        b"&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
        b"&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F"
        b"96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
    )
    headers = {
        "X-Slack-Request-Timestamp": "1531420618",
        "X-Slack-Signature": "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
    }
    then = datetime.fromtimestamp(1531420618, UTC)
    secret = "8f742231b10e8888abcd99yyyzzz85a5"
    assert from_slack(headers, body, secret=secret, now=then)
    assert from_slack(headers, body, secret=secret, now=then + timedelta(seconds=300))
    assert not from_slack(headers, body, secret=secret, now=then + timedelta(seconds=301))
    assert not from_slack(headers, body + b" ", secret=secret, now=then)
    assert not from_slack(headers, body, secret="", now=then)


async def test_a_signed_delivery_reaches_bolt(site: Site) -> None:
    status, answer, _ = await site.ask(
        "POST", "/slack/events", data=b"{}", headers=slack_headers(site, b"{}")
    )
    assert (status, answer) == (200, {"text": "hello"})
    assert site.slack[0][0] == "{}"


@pytest.mark.parametrize(
    "over",
    [
        pytest.param({"X_Slack_Signature": ""}, id="no signature"),
        pytest.param({"X_Slack_Signature": "v0=00"}, id="a wrong one"),
        pytest.param({"X_Slack_Signature": "v0=é"}, id="letters outside ASCII"),
        pytest.param({"X_Slack_Request_Timestamp": ""}, id="no timestamp"),
        pytest.param({"X_Slack_Request_Timestamp": "soon"}, id="a timestamp that is no number"),
        pytest.param({"X_Slack_Request_Timestamp": "²³"}, id="digits outside ASCII"),
        pytest.param({"X_Slack_Request_Timestamp": "9" * 40}, id="a timestamp without end"),
        pytest.param({"X_Slack_Request_Timestamp": "1531420618"}, id="years ago"),
    ],
)
async def test_an_unsigned_delivery_is_refused_before_it_is_read(site: Site, over: dict[str, str]) -> None:
    headers = slack_headers(site, b"not json", **over)
    status, answer, _ = await site.ask("POST", "/slack/events", data=b"not json", headers=headers)
    assert (status, answer["status"]) == (401, 401)
    assert site.slack == []
    assert site.complaints == ["http.refused"]


async def test_a_replay_after_five_minutes_is_refused(site: Site) -> None:
    headers = slack_headers(site, b"{}")
    site.clock.advance(timedelta(seconds=301))
    assert (await site.ask("POST", "/slack/events", data=b"{}", headers=headers))[0] == 401


async def test_the_word_payload_survives(site: Site) -> None:
    """Bolt drops a command in which it occurs, unless it is written differently."""
    form = {
        "command": "/incident",
        "text": "declare the payload service & <more>",
        "channel_name": "inc-payload",
    }
    body = urlencode(form).encode()
    await site.ask("POST", "/slack/events", data=body, headers=slack_headers(site, body) | FORM)
    handed_on = site.slack[0][0]
    assert "payload" not in handed_on
    assert {name: value[0] for name, value in parse_qs(handed_on).items()} == form


async def test_interactions_are_handed_on_as_they_are(site: Site) -> None:
    body = urlencode({"payload": json.dumps({"type": "block_actions", "payload": 1})}).encode()
    await site.ask("POST", "/slack/events", data=body, headers=slack_headers(site, body) | FORM)
    assert site.slack[0][0] == body.decode()


async def test_bytes_that_are_no_text_are_refused(site: Site) -> None:
    headers = slack_headers(site, b"\xff\xfe")
    assert (await site.ask("POST", "/slack/events", data=b"\xff\xfe", headers=headers))[0] == 400


async def test_a_body_without_end_is_refused(site: Site) -> None:
    body = b"x" * (2 * 1024 * 1024 + 1)
    assert (await site.ask("POST", "/slack/events", data=body, headers=slack_headers(site, body)))[0] == 413


# ------------------------------------------------------------------ webhooks
@pytest.mark.parametrize("secret", [OLD, NEW])
async def test_both_secrets_are_good_while_one_is_replaced(site: Site, secret: str) -> None:
    status, answer, _ = await site.ask(
        "POST", HOOK, data=BODY, headers=hook_headers(site, BODY, secret=secret)
    )
    assert (status, answer["accepted"], answer["seen_before"]) == (202, True, False)
    source, _, headers, body = site.webhooks[0]
    assert (source, body) == ("alertmanager", BODY)
    assert "X-Tocsin-Signature" not in headers


async def test_a_token_is_enough(site: Site) -> None:
    """Alertmanager can send nothing else."""
    status, _, _ = await site.ask("POST", HOOK, data=BODY, headers={"Authorization": f"Bearer {OLD}"})
    assert status == 202
    assert "Authorization" not in site.webhooks[0][2]


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({}, id="nothing"),
        pytest.param({"Authorization": "Bearer wrong"}, id="a wrong token"),
        pytest.param({"Authorization": "Bearer "}, id="an empty token"),
        pytest.param({"Authorization": f"Basic {OLD}"}, id="another scheme"),
        pytest.param(
            {"X-Tocsin-Signature": "v1=00", "Authorization": f"Bearer {OLD}"}, id="a wrong signature"
        ),
    ],
)
async def test_an_unauthenticated_webhook_is_refused(site: Site, headers: dict[str, str]) -> None:
    assert (await site.ask("POST", HOOK, data=BODY, headers=headers))[0] == 401
    assert site.webhooks == []


@pytest.mark.parametrize(("late", "status"), [(300, 202), (301, 401), (-300, 202), (-301, 401)])
async def test_a_webhook_is_good_for_five_minutes(site: Site, late: int, status: int) -> None:
    headers = hook_headers(site, BODY, late=late)
    assert (await site.ask("POST", HOOK, data=BODY, headers=headers))[0] == status


async def test_a_changed_body_is_refused(site: Site) -> None:
    assert (await site.ask("POST", HOOK, data=b"[]", headers=hook_headers(site, BODY)))[0] == 401


@pytest.mark.parametrize("path", ["/hooks/unknown", "/hooks/closed", "/hooks/UPPER", "/hooks/"])
async def test_a_source_without_a_secret_does_not_exist(site: Site, path: str) -> None:
    status, answer, _ = await site.ask("POST", path, data=BODY, headers=hook_headers(site, BODY))
    assert (status, answer["status"]) == (404, 404)


@pytest.mark.parametrize(
    "body", [b"", b"hello", b'"text"', b"12", b"{", b"[}", b"<xml/>", b'{"alerts": [{"sta']
)
async def test_what_an_authentic_sender_sends_is_kept_whatever_it_is(site: Site, body: bytes) -> None:
    """A refusal would make senders drop it, and some of them us."""
    assert (await site.ask("POST", HOOK, data=body, headers=hook_headers(site, body)))[0] == 202
    assert [kept for _, _, _, kept in site.webhooks] == [body]


@pytest.mark.parametrize(
    ("body", "named"),
    [
        pytest.param(b'{"key": "k", "status": "firing"}', "0.service", id="a field is missing"),
        pytest.param(b'[{"key": "k", "status": "firing", "service": "s"}, {}]', "1.key", id="in the second"),
        pytest.param(b'{"key": "k", "status": "burning", "service": "s"}', "0.status", id="a wrong word"),
        pytest.param(b'{"key": ', "Invalid JSON", id="cut off"),
        pytest.param(b"", "Invalid JSON", id="nothing"),
    ],
)
async def test_what_our_own_format_lacks_is_named_and_kept(site: Site, body: bytes, named: str) -> None:
    headers = hook_headers(site, body, secret=NEW)
    status, answer, _ = await site.ask("POST", "/hooks/generic", data=body, headers=headers)
    assert (status, answer["title"]) == (422, "Not understood")
    assert named in answer["detail"]
    ((_, key, _, kept),) = site.webhooks
    assert kept == body
    assert key in answer["detail"]


async def test_eight_megabytes_are_taken_and_no_more(site: Site) -> None:
    full = b"{" + b" " * (8 * 1024 * 1024 - 2) + b"}"
    assert (await site.ask("POST", HOOK, data=full, headers=hook_headers(site, full)))[0] == 202
    over = full + b" "
    assert (await site.ask("POST", HOOK, data=over, headers=hook_headers(site, over)))[0] == 413


async def test_whoever_sends_too_much_is_told_when_to_come_back(site: Site) -> None:
    """503 and nothing else: senders take any other refusal for the last word, Alertmanager even 429."""
    site.wait = timedelta(seconds=7)
    status, answer, headers = await site.ask("POST", HOOK, data=BODY, headers=hook_headers(site, BODY))
    assert (status, answer["status"], headers["Retry-After"]) == (503, 503, "7")
    assert site.webhooks == []
    await site.ask("POST", HOOK, data=BODY, headers=hook_headers(site, BODY))
    assert site.complaints == ["http.refused"], "a line for each would be a storm of its own"
    forged = await site.ask("POST", HOOK, data=BODY, headers=hook_headers(site, BODY, secret="guess"))
    assert forged[0] == 401, "a stranger learns nothing, and empties nobody's bucket"


async def twice(site: Site, first: dict[str, str], second: dict[str, str]) -> list[bool]:
    answers = [await site.ask("POST", HOOK, data=BODY, headers=headers) for headers in (first, second)]
    assert [status for status, _, _ in answers] == [202, 202]
    return [answer["seen_before"] for _, answer, _ in answers]


async def test_the_same_delivery_id_is_one_delivery(site: Site) -> None:
    first = hook_headers(site, BODY, X_Tocsin_Delivery="d-1")
    site.clock.advance(timedelta(hours=1))
    assert await twice(
        site, hook_headers(site, BODY, X_Tocsin_Delivery="d-1"), first | hook_headers(site, BODY)
    ) == [
        False,
        True,
    ]


async def test_a_signed_replay_is_one_delivery(site: Site) -> None:
    headers = hook_headers(site, BODY)
    assert await twice(site, headers, headers) == [False, True]


async def test_the_same_words_are_one_delivery_only_for_a_while(site: Site) -> None:
    """Alertmanager repeats a standing alert word for word, and that is news hours later."""
    token = {"Authorization": f"Bearer {OLD}"}
    assert await twice(site, token, token) == [False, True]
    site.clock.advance(timedelta(seconds=300))
    assert await twice(site, token, token) == [False, True]


async def test_what_cannot_be_stored_is_to_be_sent_again(site: Site) -> None:
    site.trouble = Unavailable("disk full")
    status, answer, headers = await site.ask("POST", HOOK, data=BODY, headers=hook_headers(site, BODY))
    assert (status, headers["Retry-After"]) == (503, "5")
    assert "disk full" not in json.dumps(answer)
    assert site.complaints == ["http.unavailable"]


async def test_what_breaks_inside_is_not_shown(site: Site) -> None:
    site.trouble = RuntimeError("password=hunter2")
    status, answer, headers = await site.ask("POST", HOOK, data=BODY, headers=hook_headers(site, BODY))
    assert (status, headers["Content-Type"]) == (500, "application/problem+json; charset=utf-8")
    assert "hunter2" not in json.dumps(answer)
    assert site.complaints == ["http.failed"]


@pytest.mark.parametrize(
    ("header", "good"),
    [
        ("Bearer one", True),
        ("bearer   two ", True),
        ("Bearer three", False),
        ("Bearer", False),
        ("one", False),
        ("Bearer on\udce9", False),
    ],
)
def test_tokens(header: str, good: bool) -> None:
    given: Any = {"Authorization": header}
    assert bears(given, ("one", "two", "")) is good
