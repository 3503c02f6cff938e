"""What an app may be told: one inner event, under which name, to whom.

The functions that know what a change means are registered here by the name of the
change; ``message_events`` and ``event_payloads`` hold them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sandbox.model import App, Channel
from sandbox.state import Change, Workspace

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """One inner event. ``channel``: only for apps in it; ``app``: only for this one."""

    subscription: str
    payload: Json
    scopes: tuple[str, ...] = ()
    channel: Channel | None = None
    members_only: bool = True
    app: App | None = None


Teller = Callable[[Workspace, Change], Iterator[Occasion]]
TELLERS: dict[str, Teller] = {}


def tells(*names: str) -> Callable[[Teller], Teller]:
    """Register the function that knows what these changes mean for apps."""

    def register(teller: Teller) -> Teller:
        TELLERS.update(dict.fromkeys(names, teller))
        return teller

    return register


def occasions(workspace: Workspace, change: Change) -> list[Occasion]:
    """The inner events that follow from a change."""
    teller = TELLERS.get(change.name)
    return list(teller(workspace, change)) if teller else []


def channel_of(workspace: Workspace, change: Change) -> Channel:
    """The conversation in which a change happened."""
    return workspace.channels[change.channel or ""]
