"""The list of what people can do, and what most of it begins with."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from sandbox.errors import Refusal
from sandbox.exchange import Exchange
from sandbox.interactions.surfaces import channel_for
from sandbox.model import Channel, User
from sandbox.state import Workspace

Json = dict[str, Any]
Arguments = Mapping[str, Any]
Act = Callable[[Exchange, User, Arguments], Awaitable[Json]]
ACTS: dict[str, Act] = {}


def act(function: Act) -> Act:
    """Make a function an action, under its own name."""
    ACTS[function.__name__] = function
    return function


def thread_of(given: Arguments) -> str | None:
    """The ``thread_ts`` of an act, None outside threads."""
    return str(given["thread_ts"]) if given.get("thread_ts") else None


def channel_of(workspace: Workspace, user: User, given: Arguments) -> Channel:
    """The ``channel`` of an act; raises Refusal."""
    return channel_for(workspace, user, str(given["channel"]))


def joined(workspace: Workspace, user: User, given: Arguments) -> Channel:
    """A channel in which the person is; raises Refusal."""
    channel = channel_of(workspace, user, given)
    if user.id not in channel.members:
        raise Refusal("not_in_channel", message=f"{user.name} is not in #{channel.name}.")
    return channel


def writable(workspace: Workspace, user: User, given: Arguments) -> Channel:
    """A channel in which the person may write; raises Refusal."""
    channel = joined(workspace, user, given)
    if channel.is_archived:
        raise Refusal("is_archived", message=f"#{channel.name} is archived.")
    return channel
