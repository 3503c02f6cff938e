"""How a call reaches the Web API: forms of arguments, tokens, scopes, headers, limits."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientSession, FormData
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.errors import Limited
from sandbox.limits import Limits
from tests.sandbox.api.bench import Bench, error_of


@pytest.fixture
async def http() -> AsyncIterator[ClientSession]:
    async with ClientSession() as session:
        yield session


def bearer(bench: Bench) -> dict[str, str]:
    return {"Authorization": f"Bearer {bench.app.bot_token}"}


async def ask(http: ClientSession, bench: Bench, verb: str, method: str, **rest: Any) -> dict[str, Any]:
    rest.setdefault("headers", bearer(bench))
    async with http.request(verb, f"{bench.base_url}/api/{method}", **rest) as response:
        answer: dict[str, Any] = await response.json()
        return answer


@pytest.mark.parametrize(
    ("verb", "how"),
    [
        pytest.param("GET", {"params": {"user": "U0BOB"}}, id="GET with a query"),
        pytest.param("POST", {"params": {"user": "U0BOB"}}, id="POST with a query"),
        pytest.param("POST", {"data": {"user": "U0BOB"}}, id="form"),
        pytest.param("POST", {"json": {"user": "U0BOB"}}, id="JSON"),
        pytest.param("POST", {"params": {"user": "U0ADA"}, "data": {"user": "U0BOB"}}, id="the body wins"),
    ],
)
async def test_arguments_come_in_every_form(
    bench: Bench, http: ClientSession, verb: str, how: dict[str, Any]
) -> None:
    answer = await ask(http, bench, verb, "users.info", **how)
    assert answer["user"]["name"] == "bob"


async def test_a_multipart_form_is_read(bench: Bench, http: ClientSession) -> None:
    form = FormData({"user": "U0BOB"})
    form.add_field("team_id", "T0", filename="ignored.txt")
    assert (await ask(http, bench, "POST", "users.info", data=form))["user"]["name"] == "bob"
    assert bench.workspace.journal.latest(1)[0].request == {"user": "U0BOB", "team_id": "ignored.txt"}


async def test_structures_may_come_as_json_text(bench: Bench, http: ClientSession) -> None:
    blocks = json.dumps([{"type": "divider"}])
    metadata = json.dumps({"event_type": "e", "event_payload": {}})
    form = {"channel": "C0GENERAL", "text": "x", "blocks": blocks, "metadata": metadata}
    answer = await ask(http, bench, "POST", "chat.postMessage", data=form)
    assert answer["message"]["blocks"][0]["type"] == "divider"
    assert answer["message"]["metadata"] == {"event_type": "e", "event_payload": {}}


@pytest.mark.parametrize("value", ["true", "1", "True"])
async def test_truth_has_several_spellings(bench: Bench, http: ClientSession, value: str) -> None:
    form = {"name": "private", "is_private": value}
    answer = await ask(http, bench, "POST", "conversations.create", data=form)
    assert answer["channel"]["is_private"] is True


async def test_json_without_a_charset_is_taken_with_a_warning(bench: Bench, http: ClientSession) -> None:
    headers = {**bearer(bench), "Content-Type": "application/json"}
    answer = await ask(http, bench, "POST", "auth.test", data=b"{}", headers=headers)
    assert answer["response_metadata"]["warnings"] == ["missing_charset"]
    headers["Content-Type"] = "application/json; charset=utf-8"
    assert "warning" not in await ask(http, bench, "POST", "auth.test", data=b"{}", headers=headers)


@pytest.mark.parametrize(
    ("content_type", "body", "code"),
    [
        ("application/json; charset=utf-8", b"{broken", "invalid_json"),
        ("application/json; charset=utf-8", b"[]", "json_not_object"),
        ("application/xml", b"<a/>", "invalid_post_type"),
        ("application/x-www-form-urlencoded; charset=koi8-r", b"a=b", "invalid_charset"),
    ],
)
async def test_bodies_that_nobody_can_read(
    bench: Bench, http: ClientSession, content_type: str, body: bytes, code: str
) -> None:
    headers = {**bearer(bench), "Content-Type": content_type}
    answer = await ask(http, bench, "POST", "auth.test", data=body, headers=headers)
    assert (answer["ok"], answer["error"]) == (False, code)


async def test_tokens(bench: Bench, http: ClientSession) -> None:
    assert (await ask(http, bench, "POST", "auth.test", headers={}))["error"] == "not_authed"
    odd = {"Authorization": "Bearer xoxb-0"}
    assert (await ask(http, bench, "POST", "auth.test", headers=odd))["error"] == "invalid_auth"
    app_level = {"Authorization": f"Bearer {bench.app.app_token}"}
    refused = await ask(http, bench, "POST", "auth.test", headers=app_level)
    assert refused["error"] == "not_allowed_token_type"
    argument = await ask(http, bench, "POST", "auth.test", headers={}, data={"token": bench.app.bot_token})
    assert argument["ok"] is True
    opened = await ask(http, bench, "POST", "apps.connections.open")
    assert opened["error"] == "not_allowed_token_type"


async def test_sockets_are_opened_by_post_only(bench: Bench, http: ClientSession) -> None:
    headers = {"Authorization": f"Bearer {bench.app.app_token}"}
    answer = await ask(http, bench, "GET", "apps.connections.open", headers=headers)
    assert answer["error"] == "insecure_request"


async def test_an_uninstalled_app_is_told_so(bench: Bench) -> None:
    await bench.client.auth_revoke()
    assert await error_of(bench.client.auth_test()) == "token_revoked"


async def test_scopes_are_named(bench: Bench) -> None:
    _, poor = bench.install(name="Poor", scopes=["chat:write", "channels:read"])
    with pytest.raises(SlackApiError) as refused:
        await poor.pins_add(channel="C0GENERAL", timestamp="1234567890.000001")
    answer = refused.value.response
    assert (answer["error"], answer["needed"]) == ("missing_scope", "pins:write")
    assert answer["provided"] == "channels:read,chat:write"
    assert answer.headers["X-OAuth-Scopes"] == "channels:read,chat:write"
    assert answer.headers["X-Accepted-OAuth-Scopes"] == "pins:write"
    assert answer.headers["X-Slack-Req-Id"]


@pytest.mark.parametrize(
    ("kind", "scope"), [("private_channel", "groups:read"), ("im", "im:read"), ("mpim", "mpim:read")]
)
async def test_each_kind_of_conversation_needs_its_own_scope(bench: Bench, kind: str, scope: str) -> None:
    _, poor = bench.install(name="Poor", scopes=["channels:read", "channels:manage"])
    with pytest.raises(SlackApiError) as refused:
        await poor.conversations_list(types=f"public_channel,{kind}")
    assert refused.value.response["needed"] == scope
    private = poor.conversations_create(name="x", is_private=True)
    assert await error_of(private) == "missing_scope"


async def test_addresses_are_hidden_without_the_scope_for_them(bench: Bench) -> None:
    _, poor = bench.install(name="Poor", scopes=["users:read"])
    assert "email" not in (await poor.users_info(user="U0ADA"))["user"]["profile"]
    assert await error_of(poor.users_lookupByEmail(email="ada@example.com")) == "missing_scope"


async def test_api_test_echoes_without_a_token(bench: Bench) -> None:
    client = AsyncWebClient(base_url=f"{bench.base_url}/api/", retry_handlers=[])
    assert (await client.api_test(foo="bar"))["args"] == {"foo": "bar"}
    assert await error_of(client.api_test(error="any_error")) == "any_error"


async def test_every_call_is_in_the_journal_without_its_token(bench: Bench) -> None:
    await bench.client.api_call("users.info", params={"user": "U0BOB", "token": bench.app.bot_token})
    entry = bench.workspace.journal.latest(1)[0]
    assert (entry.kind, entry.summary, entry.status, entry.app_id) == (
        "api",
        "users.info",
        "ok",
        bench.app.id,
    )
    assert entry.request == {"user": "U0BOB"}
    assert entry.response["user"]["id"] == "U0BOB"


# ------------------------------------------------------------------------------------------ limits


async def test_limits_answer_429_and_say_when_to_return(bench: Bench) -> None:
    bench.workspace.knobs.rate_limits = "documented"
    bench.workspace.clock.set_mode("manual")
    for _ in range(20):
        await bench.client.pins_list(channel="C0GENERAL")
    with pytest.raises(SlackApiError) as refused:
        await bench.client.pins_list(channel="C0GENERAL")
    answer = refused.value.response
    assert (answer.status_code, answer["error"], answer.headers["Retry-After"]) == (429, "ratelimited", "60")
    assert (await bench.client.bookmarks_list(channel_id="C0GENERAL"))["ok"], "other methods are not affected"
    bench.workspace.clock.advance(60)
    assert (await bench.client.pins_list(channel="C0GENERAL"))["ok"]


async def test_a_paged_method_asked_for_everything_has_half_its_tier(bench: Bench) -> None:
    bench.workspace.knobs.rate_limits = "documented"
    bench.workspace.clock.set_mode("manual")
    for _ in range(10):
        await bench.client.users_list()
    assert await error_of(bench.client.users_list()) == "ratelimited"
    assert (await bench.client.users_list(limit=5))["ok"]


@pytest.mark.parametrize(("profile", "at_once"), [("documented", 5), ("strict", 1)])
def test_a_channel_takes_one_message_a_second_after_a_burst(profile: str, at_once: int) -> None:
    limits = Limits()
    waits = [wait(limits, profile, 100.0, channel="C1") for _ in range(at_once + 1)]
    assert waits == [0] * at_once + [1]
    assert wait(limits, profile, 101.0 if profile == "documented" else 102.0, channel="C1") == 0
    assert limits.rejected["chat.postMessage"] == 1


def wait(limits: Limits, profile: str, at: float, channel: str) -> int:
    try:
        limits.admit(profile, "A1", "chat.postMessage", "posting", at, channel=channel)
    except Limited as limited:
        return limited.after
    return 0


def test_a_rejected_call_does_not_push_the_limit_further_away() -> None:
    limits = Limits()
    for _ in range(20):
        limits.admit("documented", "A1", "pins.add", 2, 0.0)
    for at in (1.0, 30.0, 59.5):
        with pytest.raises(Limited) as refused:
            limits.admit("documented", "A1", "pins.add", 2, at)
        assert refused.value.after == max(1, 60 - int(at))
    limits.admit("documented", "A1", "pins.add", 2, 60.0)


def test_strictly_even_calls_have_no_burst() -> None:
    limits = Limits()
    limits.admit("strict", "A1", "pins.add", 2, 0.0)
    with pytest.raises(Limited) as refused:
        limits.admit("strict", "A1", "pins.add", 2, 1.0)
    assert refused.value.after == 2
    limits.admit("strict", "A1", "pins.add", 2, 3.0)
