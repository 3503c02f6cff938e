"""Every sender proves itself in its own way, and what it sends again is stored once."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from urllib.parse import quote

import pytest
from aiohttp import web

from handlers.http.authenticity import SCHEMES, sign
from handlers.http.problems import answering_problems
from handlers.http.routes import routes
from handlers.http.sources import ADAPTERS
from sandbox.listening import listening
from tests.handlers.http.conftest import NEW, OLD, Site
from tests.handlers.http.test_sources import STORED

TOPIC = "arn:aws:sns:eu-west-1:123456789012:alarms"
OPEN = sorted(set(ADAPTERS) - {"pagerduty", "sentry", "cloudwatch"})
"""Senders that may also come with a token."""

Headers = dict[str, str]


def hashed(body: bytes, secret: str = NEW) -> str:
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def bearer(secret: str = NEW) -> Headers:
    return {"Authorization": f"Bearer {secret}"}


def basic(password: str, user: str = "tocsin") -> Headers:
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


def example(name: str) -> bytes:
    return (STORED / f"{name}.json").read_bytes()


@pytest.fixture
async def edge(site: Site) -> AsyncIterator[Site]:
    """The edge, with a secret for every sender and an older one that is being replaced."""
    desk = replace(site.desk, webhook_secrets=dict.fromkeys(ADAPTERS, (OLD, NEW)))
    application = web.Application(
        client_max_size=4 * 1024 * 1024, middlewares=[answering_problems(desk.complain)]
    )
    application.add_routes(routes(desk))
    async with listening(application, shutdown_seconds=0.5) as port:
        site.url = f"http://127.0.0.1:{port}"
        yield site


async def status(edge: Site, source: str, body: bytes, headers: Headers, query: str = "") -> int:
    code, _, _ = await edge.ask("POST", f"/hooks/{source}{query}", data=body, headers=headers)
    return code


async def seen(edge: Site, source: str, body: bytes, headers: Headers, query: str = "") -> bool:
    code, answer, _ = await edge.ask("POST", f"/hooks/{source}{query}", data=body, headers=headers)
    assert code == 202
    return bool(answer["seen_before"])


def stamp(edge: Site, late: int = 0) -> str:
    return str(int(edge.clock.now().timestamp()) - late)


# ------------------------------------------------------------------ everybody
def test_every_scheme_belongs_to_a_sender() -> None:
    assert set(SCHEMES) < set(ADAPTERS)


@pytest.mark.parametrize("source", sorted(ADAPTERS))
async def test_nobody_is_let_in_without_proof(edge: Site, source: str) -> None:
    for query in ("", "?token=", "?token=wrong", f"?topic={TOPIC}", f"?topic={TOPIC}&token={hashed(b'x')}"):
        assert await status(edge, source, b"{}", {}, query) == 401
    for headers in (
        bearer("wrong"),
        basic("wrong"),
        {"X-PagerDuty-Signature": "v1="},
        {"Sentry-Hook-Signature": ""},
    ):
        assert await status(edge, source, b"{}", headers) == 401
    assert edge.webhooks == []


@pytest.mark.parametrize("source", OPEN)
async def test_a_token_a_password_or_our_signature(edge: Site, source: str) -> None:
    signed = {"X-Tocsin-Timestamp": stamp(edge), "X-Tocsin-Signature": sign("v1", stamp(edge), b"[]", NEW)}
    for headers in (bearer(OLD), bearer(NEW), basic(NEW), basic(NEW, user=""), signed):
        assert await status(edge, source, b"[]", headers) == 202
    assert await status(edge, source, b"[]", bearer() | signed | {"X-Tocsin-Signature": "v1=00"}) == 401
    assert all("Authorization" not in headers for _, _, headers, _ in edge.webhooks)


@pytest.mark.parametrize(
    "given",
    [
        "Basic",
        "Basic !!!",
        "Basic " + base64.b64encode(b"\xff:x").decode(),
        "Basic " + base64.b64encode(NEW.encode()).decode(),
    ],
)
async def test_a_password_that_is_none(edge: Site, given: str) -> None:
    assert await status(edge, "datadog", b"{}", {"Authorization": given}) == 401


@pytest.mark.parametrize("source", ["pagerduty", "sentry", "cloudwatch"])
async def test_who_signs_is_not_excused_by_a_token(edge: Site, source: str) -> None:
    assert await status(edge, source, b"{}", bearer()) == 401
    assert await status(edge, source, b"{}", basic(NEW)) == 401


# ------------------------------------------------------------------ PagerDuty
async def test_any_of_pagerdutys_signatures_is_enough(edge: Site) -> None:
    body = example("pagerduty-triggered")
    for header in (f"v1={hashed(body)}", f"v1={'0' * 64}, v1={hashed(body, OLD)}", f"v2=x,v1={hashed(body)}"):
        assert await status(edge, "pagerduty", body, {"X-PagerDuty-Signature": header}) == 202


@pytest.mark.parametrize(
    "header", ["", "v1", "{good}", "v0={good}", "v1={other}", "v1=é", ",".join(["v1=0"] * 16) + ",v1={good}"]
)
async def test_other_signatures_of_pagerduty_are_refused(edge: Site, header: str) -> None:
    body = example("pagerduty-triggered")
    header = header.format(good=hashed(body), other=hashed(body + b" "))
    assert await status(edge, "pagerduty", body, {"X-PagerDuty-Signature": header}) == 401


async def test_pagerduty_repeats_an_event_for_days_and_it_is_stored_once(edge: Site) -> None:
    body = example("pagerduty-triggered")
    headers = {"X-PagerDuty-Signature": f"v1={hashed(body)}"}
    assert await seen(edge, "pagerduty", body, headers) is False
    edge.clock.advance(timedelta(hours=40))
    assert await seen(edge, "pagerduty", body, headers | {"X-Tocsin-Delivery": "another"}) is True
    assert edge.webhooks[0][1] == "id:01BRB6ZP4M6T8ZG4X6BP63ZB9O"


@pytest.mark.parametrize("given", ["{key}", "wrong", "", None, 7, ["{key}"]])
async def test_the_routing_key_of_an_event_is_its_proof(edge: Site, given: object) -> None:
    told = json.loads(example("pagerdutyevents-trigger"))
    told["routing_key"] = NEW if given == "{key}" else given
    expected = 202 if given == "{key}" else 401
    assert await status(edge, "pagerdutyevents", json.dumps(told).encode(), {}) == expected


async def test_a_routing_key_somewhere_else_is_none(edge: Site) -> None:
    body = json.dumps({"payload": {"routing_key": NEW}}).encode()
    assert await status(edge, "pagerdutyevents", body, {}) == 401
    assert await status(edge, "pagerdutyevents", b"not json", {}) == 401


# ------------------------------------------------------------------ Sentry
def from_sentry(edge: Site, body: bytes, *, late: int = 0, request: str = "r-1") -> Headers:
    return {
        "Sentry-Hook-Signature": hashed(body),
        "Sentry-Hook-Timestamp": stamp(edge, late),
        "Sentry-Hook-Resource": "metric_alert",
        "Request-ID": request,
    }


@pytest.mark.parametrize(("late", "expected"), [(0, 202), (299, 202), (301, 401), (-301, 401)])
async def test_sentry_signs_the_body_and_says_when(edge: Site, late: int, expected: int) -> None:
    body = example("sentry-metric")
    assert await status(edge, "sentry", body, from_sentry(edge, body, late=late)) == expected
    assert await status(edge, "sentry", body + b" ", from_sentry(edge, body, late=late)) == 401


@pytest.mark.parametrize("given", ["", "soon", "9" * 400])
async def test_a_time_of_sentry_that_is_none(edge: Site, given: str) -> None:
    headers = from_sentry(edge, b"{}") | {"Sentry-Hook-Timestamp": given}
    assert await status(edge, "sentry", b"{}", headers) == 401


async def test_sentrys_request_is_the_delivery(edge: Site) -> None:
    body = example("sentry-issue-resolved")
    assert await seen(edge, "sentry", body, from_sentry(edge, body)) is False
    edge.clock.advance(timedelta(minutes=20))
    assert await seen(edge, "sentry", body, from_sentry(edge, body)) is True
    assert await seen(edge, "sentry", body, from_sentry(edge, body, request="r-2")) is False


# ------------------------------------------------------------------ Grafana
async def test_grafana_signs_the_body(edge: Site) -> None:
    body = example("grafana-mixed")
    assert await status(edge, "grafana", body, {"X-Grafana-Alerting-Signature": hashed(body)}) == 202
    assert await status(edge, "grafana", body + b" ", {"X-Grafana-Alerting-Signature": hashed(body)}) == 401
    wrong = {"X-Grafana-Alerting-Signature": "00"} | bearer()
    assert await status(edge, "grafana", body, wrong) == 401


@pytest.mark.parametrize(("late", "expected"), [(0, 202), (300, 202), (301, 401), (-301, 401)])
async def test_grafana_may_sign_the_time_too(edge: Site, late: int, expected: int) -> None:
    body, at = example("grafana-mixed"), stamp(edge, late)
    headers = {
        "X-Grafana-Alerting-Timestamp": at,
        "X-Grafana-Alerting-Signature": hashed(at.encode() + b":" + body),
    }
    assert await status(edge, "grafana", body, headers) == expected
    headers["X-Grafana-Alerting-Timestamp"] = stamp(edge, 1)
    assert await status(edge, "grafana", body, headers) == 401


# ------------------------------------------------------------------ Amazon SNS
def topic(name: str = TOPIC, *, token: str = "") -> str:
    return f"?topic={quote(name, safe='')}&token={token or hashed(name.encode())}"


def from_sns(arn: str = TOPIC) -> Headers:
    return {
        "x-amz-sns-message-type": "Notification",
        "x-amz-sns-message-id": "95df01b4-ee98-5cb9-9903-4c221d41eb5e",
        "x-amz-sns-topic-arn": arn,
        "Content-Type": "text/plain; charset=UTF-8",
    }


async def test_a_token_is_good_for_one_topic(edge: Site) -> None:
    body = example("cloudwatch-alarm")
    assert await status(edge, "cloudwatch", body, from_sns(), topic()) == 202
    assert await status(edge, "cloudwatch", body, {}, topic(token=hashed(TOPIC.encode(), OLD))) == 202
    assert await status(edge, "cloudwatch", body, from_sns(), topic(token=NEW)) == 401
    other = "arn:aws:sns:eu-west-1:123456789012:other"
    assert await status(edge, "cloudwatch", body, from_sns(), topic(other)) == 401
    assert (
        await status(edge, "cloudwatch", body, from_sns(), topic(other, token=hashed(TOPIC.encode()))) == 401
    )


async def test_a_confirmation_of_another_topic_is_not_even_stored(edge: Site) -> None:
    told = json.loads(example("cloudwatch-confirmation"))
    assert await status(edge, "cloudwatch", json.dumps(told).encode(), from_sns(), topic()) == 202
    told["TopicArn"] = "arn:aws:sns:eu-west-1:999999999999:evil"
    smuggled = json.dumps(told).encode()
    for headers in ({}, from_sns(), from_sns(told["TopicArn"])):
        assert await status(edge, "cloudwatch", smuggled, headers, topic()) == 401


async def test_a_bare_alarm_names_its_topic_in_a_header(edge: Site) -> None:
    body = json.loads(example("cloudwatch-alarm"))["Message"].encode()
    assert await status(edge, "cloudwatch", body, from_sns(), topic()) == 202
    assert await status(edge, "cloudwatch", body, {}, topic()) == 401


async def test_sns_repeats_a_message_and_it_is_stored_once(edge: Site) -> None:
    body = example("cloudwatch-alarm")
    assert await seen(edge, "cloudwatch", body, {}, topic()) is False
    edge.clock.advance(timedelta(minutes=20))
    assert await seen(edge, "cloudwatch", body, from_sns(), topic()) is True


# ------------------------------------------------------------------ Azure Monitor
async def test_azure_can_only_carry_a_token_in_the_address(edge: Site) -> None:
    body = example("azuremonitor-resolved")
    assert await status(edge, "azuremonitor", body, {}, f"?token={NEW}") == 202
    assert await status(edge, "azuremonitor", body, bearer()) == 202
    assert await status(edge, "datadog", b"{}", {}, f"?token={NEW}") == 401


# ------------------------------------------------------------------ CloudEvents and CDEvents
async def test_source_and_id_are_the_delivery_in_every_mode(edge: Site) -> None:
    data = {"key": "k", "status": "firing"}
    whole = {"specversion": "1.0", "id": "1", "source": "/s", "type": "x"}
    assert await seen(edge, "cloudevents", json.dumps(whole | {"data": data}).encode(), bearer()) is False
    edge.clock.advance(timedelta(minutes=20))
    binary = {f"ce-{name}": value for name, value in whole.items()}
    assert await seen(edge, "cloudevents", json.dumps(data).encode(), bearer() | binary) is True
    assert json.loads(edge.webhooks[1][3]) == whole | {"data": data}
    assert (
        await seen(edge, "cloudevents", json.dumps(data).encode(), bearer() | binary | {"ce-id": "2"})
        is False
    )


async def test_a_batch_is_a_delivery_of_its_own(edge: Site) -> None:
    body = example("cloudevents-batch")
    first = json.dumps(json.loads(body)[:1]).encode()
    assert [await seen(edge, "cloudevents", each, bearer()) for each in (body, first, body)] == [
        False,
        False,
        True,
    ]


async def test_a_cdevent_alone_and_in_its_envelope(edge: Site) -> None:
    alone = json.loads(example("cdevents-detected"))
    other = json.loads(example("cdevents-detected")) | {"customData": {}}
    enveloped = {"specversion": "1.0", "id": "9", "source": "/s", "type": "t", "data": alone}
    sent = [json.dumps(each).encode() for each in (alone, other, enveloped, enveloped)]
    assert [await seen(edge, "cdevents", each, bearer()) for each in sent] == [False, True, False, True]


async def test_long_and_unprintable_ids_are_still_one_delivery(edge: Site) -> None:
    for number, name in enumerate(("x" * 900, "a\u0007b")):
        body = json.dumps({"id": name, "source": "/s", "type": "x.firing", "subject": "k"}).encode()
        assert [await seen(edge, "cloudevents", body, bearer()) for _ in range(2)] == [False, True]
        assert len(edge.webhooks[2 * number][1]) == len("id:") + 64


@pytest.mark.parametrize("body", [b"{}", b"[]", b'{"id": 7}', b'{"event": []}', b'[{"id": "1"}, {}]'])
@pytest.mark.parametrize("source", ["cloudevents", "cdevents"])
async def test_without_an_id_the_same_words_are_the_same_delivery_for_a_while(
    edge: Site, source: str, body: bytes
) -> None:
    assert await seen(edge, source, body, bearer()) is False
    edge.clock.advance(timedelta(minutes=20))
    assert await seen(edge, source, body, bearer()) is False
    assert edge.webhooks[0][1].startswith("body:")


async def test_a_body_without_a_readable_id_is_stored_all_the_same(edge: Site) -> None:
    """What it means is found out later, and what means nothing is put aside where operators see it."""
    for body in (b'{"event": broken}', b'{"event": {"id": null}}'):
        assert await seen(edge, "pagerduty", body, {"X-PagerDuty-Signature": f"v1={hashed(body)}"}) is False
    assert all(key.startswith("body:") for _, key, _, _ in edge.webhooks)
