"""Reading messages: conversations.history and conversations.replies.

History comes newest first and pages backwards; a thread comes oldest first, its
parent at the head of every page. A bot must be a member.
"""

from __future__ import annotations

from sandbox.api.registry import Call, Json, every_kind, method
from sandbox.conversation_shapes import message_json
from sandbox.errors import Refusal
from sandbox.messages import thread_of
from sandbox.model import Channel, Message
from sandbox.paging import cursor_to, page_size, place_of
from sandbox.timeline import Timeline, padded

DEFAULT_PAGE = 100  # Slack docs, conversations.history, "limit"
MAX_HISTORY = 999
MAX_REPLIES = 1000


def _bound(call: Call, name: str) -> str | None:
    given = call.arguments.text(name)
    if not given or given == "now":
        return None
    try:
        return padded(given)
    except ValueError as error:
        raise Refusal(f"invalid_ts_{name}") from error


def _readable(call: Call) -> Channel:
    channel = call.channel("history")
    if call.user not in channel.members:
        raise Refusal("not_in_channel")
    return channel


def _span(call: Call, timeline: Timeline) -> tuple[int, int]:
    oldest, latest = _bound(call, "oldest"), _bound(call, "latest")
    return timeline.span(oldest, latest, inclusive=call.arguments.flag("inclusive"))


def _shown(call: Call, message: Message) -> Json:
    full = call.arguments.flag("include_all_metadata")
    return message_json(call.workspace, message, call.user, full_metadata=full)


@method("conversations.history", *every_kind("history"), tier=3, paged=True)
def history(call: Call) -> Json:
    workspace, channel = call.workspace, _readable(call)
    low, high = _span(call, channel.messages)
    if cursor := call.arguments.text("cursor"):
        high = min(high, channel.messages.span(None, _place(call, cursor), inclusive=True)[1])
    size = page_size(workspace, call.arguments, default=DEFAULT_PAGE, most=MAX_HISTORY)
    start = max(low, high - size)
    found = channel.messages.slice(start, high)[::-1]
    more = start > low
    answer: Json = {
        "messages": [_shown(call, each) for each in found],
        "has_more": more,
        "pin_count": len(channel.pins),
        "channel_actions_ts": None,
        "channel_actions_count": 0,
    }
    answer |= {key: call.arguments.text(key) for key in ("latest", "oldest") if call.arguments.text(key)}
    if more:
        place = channel.messages.slice(start - 1, start)[0].ts
        answer["response_metadata"] = {"next_cursor": cursor_to(workspace, "next_ts", place)}
    return answer


@method("conversations.replies", *every_kind("history"), tier=3, paged=True)
def replies(call: Call) -> Json:
    workspace, channel = call.workspace, _readable(call)
    parent, thread = thread_of(channel, call.arguments.required("ts"))
    low, high = _span(call, thread)
    if cursor := call.arguments.text("cursor"):
        low = max(low, thread.span(_place(call, cursor), None, inclusive=True)[0])
    size = page_size(workspace, call.arguments, default=1000, most=MAX_REPLIES)
    end = min(high, low + max(1, size - 1))
    found = thread.slice(low, end)
    more = end < high
    answer: Json = {
        "messages": [_shown(call, each) for each in [parent, *found]],
        "has_more": more,
    }
    if more:
        place = thread.slice(end, end + 1)[0].ts
        answer["response_metadata"] = {"next_cursor": cursor_to(workspace, "next_ts", place)}
    return answer


def _place(call: Call, cursor: str) -> str:
    place = place_of(call.workspace, cursor, "next_ts")
    try:
        return padded(place)
    except ValueError as error:
        raise Refusal("invalid_cursor") from error
