"""What an answer of Slack means for something we owe: done, later, never, or nobody knows.

Slack has no idempotency key, so the line between "did not happen" and "may have happened"
is the one that matters: only the first may simply be tried again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import aiohttp
from slack_sdk.errors import SlackApiError, SlackRequestError

# Slack docs, error lists of the methods we call.
ALREADY_DONE: Final = frozenset(
    {"already_in_channel", "already_pinned", "cant_invite_self", "already_reacted", "already_archived"}
)
_UNDECIDED: Final = frozenset({"internal_error", "fatal_error", "request_timeout", "update_failed"})
_PACED: Final = frozenset({"ratelimited", "rate_limited", "message_limit_exceeded"})
_WAITING: Final = frozenset(
    {"service_unavailable", "team_added_to_org", "org_login_required", "external_channel_migrating"}
)
_LOCKED_OUT: Final = frozenset(
    {"invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive", "accesslimited"}
)
UNREADABLE: Final = frozenset(
    {
        "invalid_blocks",
        "invalid_blocks_format",
        "msg_blocks_too_long",
        "msg_too_long",
        "block_mismatch",
        "invalid_metadata_format",
        "metadata_too_large",
        "too_many_attachments",
    }
)
"""Our mistake in drawing a message; plain words may still get through."""
GONE: Final = frozenset({"channel_not_found", "is_archived", "is_inactive", "not_in_channel"})
"""The conversation cannot be written to any more."""
NO_THREAD: Final = frozenset(
    {
        "thread_not_found",
        "cannot_reply_to_message",
        "restricted_action_non_threadable_channel",
        "restricted_action_thread_locked",
    }
)
"""The message is there no more, or nobody may answer below it (Slack docs, chat.postMessage)."""

CALL_FAILURES: Final = (SlackApiError, SlackRequestError, aiohttp.ClientError, OSError)
"""What a call can raise; timeouts and broken connections are OSErrors."""

LOST: Final = frozenset({"message_not_found", "edit_window_closed", "cant_update_message"})
"""The message is not there any more, or not ours to change any more."""

_A_MOMENT = timedelta(seconds=2)
_A_WHILE = timedelta(seconds=60)
_RATE_LIMITED, _SERVER_ERROR, _OK = 429, 500, 200
_CODE_CHARS = 60

_WORDS: Final = {
    "restricted_action": "a workspace setting does not allow it; ask a workspace admin",
    "user_is_restricted": "guests may not do that",
    "cant_invite": "this person may not be invited to channels",
    "invitee_cant_see_channel": "this person may not see the channel",
    "org_user_not_in_team": "this person does not belong to the workspace",
    "ura_max_channels": "this guest is in as many channels as guests may be",
    "user_not_found": "Slack does not know this person",
    "users_not_found": "Slack does not know this person",
    "user_disabled": "this account was deactivated",
    "is_archived": "the channel was archived",
    "channel_not_found": "the channel is gone, or the app may not see it",
    "not_in_channel": "the app is not in the channel; invite it",
    "method_not_supported_for_channel_type": "the channel is private; somebody in it has to invite the app",
    "message_not_found": "the message was deleted",
    "room_is_private": "the incident is private, and its room cannot be used",
    "too_many_pins": "the channel has as many pins as it may have",
    "too_many_bookmarks": "the channel has as many bookmarks as it may have",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """It happened. ``result`` is what the record keeps of it: ids, never texts."""

    result: Mapping[str, object]


class DeliveryError(Exception):
    """It did not happen, or not for certain. ``reason`` may be shown to people."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Later(DeliveryError):
    """It did not happen and is worth another try after ``after``."""

    def __init__(self, after: timedelta, reason: str) -> None:
        super().__init__(reason)
        self.after = after


class LockedOut(Later):
    """The app itself is refused, not this call: it waits until somebody has repaired the token."""


class Never(DeliveryError):
    """It did not happen and trying again is no use. ``code`` is Slack's own word."""

    def __init__(self, code: str, *, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(in_words(code, data or {}))
        self.code = code
        self.data = data or {}


class Ambiguous(DeliveryError):
    """It may have happened: look before trying again."""


Outcome = Done | Later | Never | Ambiguous


def in_words(code: str, data: Mapping[str, Any]) -> str:
    """What a person can do with an error code."""
    if code == "missing_scope":
        return f"the app lacks the permission {data.get('needed', 'for it')}; install it again with it"
    return _WORDS.get(code, f"Slack refuses: {code}")


def judge(error: Exception) -> DeliveryError:
    """The meaning of one of ``CALL_FAILURES``.

    slack_sdk raises one class for everything that is not ``ok`` and lets aiohttp's and
    asyncio's errors through, so the shapes are told apart here, once.
    """
    match error:
        case SlackApiError():
            return _refusal(error)
        case aiohttp.ClientConnectorError() | aiohttp.ConnectionTimeoutError():
            return Later(_A_MOMENT, "Slack cannot be reached")
        case aiohttp.InvalidURL() | SlackRequestError():
            return Later(_A_WHILE, f"the call cannot be made: {error}")
        case TimeoutError():
            return Ambiguous("Slack did not answer in time")
        case _:
            return Ambiguous(f"the connection broke ({type(error).__name__})")


def _refusal(error: SlackApiError) -> DeliveryError:
    status, headers, data = _parts(error)
    code = str(data.get("error") or "")[:_CODE_CHARS]
    if status == _RATE_LIMITED or code in _PACED:
        return Later(_retry_after(headers), "Slack asks us to slow down")
    if status >= _SERVER_ERROR or code in _UNDECIDED:
        return Ambiguous(f"Slack failed ({code or status})")
    if status != _OK:
        return Later(_A_WHILE, f"something before Slack answered {status}")
    return _coded(code, data) if code else Ambiguous("Slack's answer could not be read")


def _coded(code: str, data: Mapping[str, Any]) -> DeliveryError:
    """A well-formed refusal."""
    if code in _LOCKED_OUT:
        return LockedOut(_A_WHILE, f"Slack does not let the app in ({code})")
    if code in _WAITING:
        return Later(_A_WHILE, in_words(code, data))
    return Never(code, data=data)


def _parts(error: SlackApiError) -> tuple[int, Mapping[str, str], Mapping[str, Any]]:
    """Status, headers and body of an answer.

    The response is slack_sdk's own for JSON and text, but aiohttp's when the JSON was cut off.
    """
    response = error.response
    status: int = getattr(response, "status_code", 0) or getattr(response, "status", _OK)
    data = getattr(response, "data", None)
    return status, getattr(response, "headers", {}), data if isinstance(data, Mapping) else {}


def _retry_after(headers: Mapping[str, str]) -> timedelta:
    """Slack sends whole seconds; anything else counts as a moment."""
    try:
        return max(timedelta(seconds=float(headers.get("Retry-After", ""))), timedelta(seconds=1))
    except (ValueError, OverflowError):
        return _A_MOMENT
