"""What Slack's answers mean: done, later, never, or nobody knows."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError, SlackRequestError

from bot.slack.outcomes import Ambiguous, DeliveryError, Later, LockedOut, Never, in_words, judge


def answer(status: int, data: Any = None, **headers: str) -> SlackApiError:
    response = SimpleNamespace(status_code=status, data=data, headers=headers)
    return SlackApiError("x", response)  # type: ignore[no-untyped-call] # slack_sdk leaves it bare


def refused(code: str) -> SlackApiError:
    return answer(200, {"ok": False, "error": code})


@pytest.mark.parametrize(
    ("error", "meaning"),
    [
        pytest.param(answer(429, {"error": "ratelimited"}), Later, id="told to wait"),
        pytest.param(refused("rate_limited"), Later, id="told to wait in the other spelling"),
        pytest.param(refused("message_limit_exceeded"), Later, id="told to wait in the third spelling"),
        pytest.param(answer(503, {"ok": False, "error": "x"}), Ambiguous, id="server error as JSON"),
        pytest.param(answer(502, "<html>"), Ambiguous, id="server error as HTML"),
        pytest.param(refused("internal_error"), Ambiguous, id="some of it may have happened"),
        pytest.param(refused("fatal_error"), Ambiguous, id="some of it may have happened, worse"),
        pytest.param(answer(200, None), Ambiguous, id="an empty answer"),
        pytest.param(answer(200, "cut"), Ambiguous, id="half an answer"),
        pytest.param(answer(404, "<html>"), Later, id="not Slack at all"),
        pytest.param(answer(403, None), Later, id="a proxy says no"),
        pytest.param(refused("token_revoked"), LockedOut, id="the app is locked out"),
        pytest.param(refused("service_unavailable"), Later, id="Slack is away"),
        pytest.param(refused("restricted_action"), Never, id="policy"),
        pytest.param(refused("channel_not_found"), Never, id="the target is gone"),
        pytest.param(refused("something_new"), Never, id="a code nobody knows"),
        pytest.param(TimeoutError(), Ambiguous, id="no answer in time"),
        pytest.param(aiohttp.ServerDisconnectedError(), Ambiguous, id="hung up on us"),
        pytest.param(ConnectionResetError(), Ambiguous, id="reset"),
        pytest.param(aiohttp.ClientPayloadError(), Ambiguous, id="the body broke off"),
        pytest.param(aiohttp.ConnectionTimeoutError(), Later, id="never connected: nothing was sent"),
        pytest.param(SlackRequestError("bad"), Later, id="the call cannot be made"),
    ],
)
def test_each_answer_has_one_meaning(error: Exception, meaning: type[DeliveryError]) -> None:
    assert type(judge(error)) is meaning


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("7", 7), ("0", 1), ("-3", 1), ("0.2", 1), ("2.5", 2.5), ("soon", 2), ("", 2), ("nan", 2), ("1e400", 2)],
)
def test_retry_after_is_read_whatever_it_says(header: str, seconds: float) -> None:
    judged = judge(answer(429, {}, **{"Retry-After": header}))
    assert isinstance(judged, Later)
    assert judged.after == timedelta(seconds=seconds)


def test_reasons_are_words_for_people() -> None:
    assert "admin" in in_words("restricted_action", {})
    assert "pins:write" in in_words("missing_scope", {"needed": "pins:write"})
    assert in_words("something_new", {}) == "Slack refuses: something_new"


def test_a_code_from_outside_is_not_repeated_at_length() -> None:
    judged = judge(refused("x" * 5000))
    assert len(str(judged)) < 100
