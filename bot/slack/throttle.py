"""Slack's limits, kept by all lanes together.

A call that would have to wait longer than it is worth holding a slot for is sent back to
the outbox, so that a storm of rooms does not stop an update that needs another method.
Slack's own word (a 429) overrules every count of ours.
"""

from __future__ import annotations

from bisect import insort
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final, Protocol

from bot.slack.methods import MINUTE, Method
from bot.slack.outcomes import Later

CHANNEL_EVERY: Final = 1.0
"""Seconds between postings to one conversation (Slack docs, chat.postMessage)."""
CHANNEL_BURST: Final = 4
"""Slack tolerates "short bursts"; a war room's first messages are one."""
PATIENCE: Final = 8.0
"""Seconds that a delivery waits for its turn before it goes back to the outbox."""
ON_ITS_WAY: Final = 1.0
"""Seconds that a call may take to reach Slack, which counts from then on: whoever comes back a minute after
sending comes too early, is refused, and has used up a turn of the next minute."""
DECORATION_PATIENCE: Final = 0.5
"""The same for what nobody waits for."""
_MANY_CHANNELS: Final = 5000


class _Limit(Protocol):
    def earliest(self, now: float) -> float: ...

    def take(self, at: float) -> None: ...


@dataclass(slots=True)
class Window:
    """At most ``count`` calls in any ``seconds``."""

    count: int
    seconds: float
    _taken: deque[float] = field(default_factory=deque)

    def earliest(self, now: float) -> float:
        while self._taken and self._taken[0] <= now - self.seconds:
            self._taken.popleft()
        if len(self._taken) < self.count:
            return now
        return max(now, self._taken[-self.count] + self.seconds)

    def take(self, at: float) -> None:
        insort(self._taken, at)  # a busy conversation may have reserved a later turn


@dataclass(slots=True)
class Drip:
    """One call every ``every`` seconds, after a first burst."""

    every: float
    burst: int
    _due: float = 0.0

    def earliest(self, now: float) -> float:
        return max(now, self._due - (self.burst - 1) * self.every)

    def take(self, at: float) -> None:
        self._due = max(self._due, at) + self.every

    def rested(self, now: float) -> bool:
        """Whether forgetting this limit would change nothing."""
        return self._due <= now


class Throttle:
    """Turns to call, per method and, for postings, per conversation."""

    def __init__(
        self,
        methods: Mapping[str, Method],
        *,
        now: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]],
        patience: float = PATIENCE,
    ) -> None:
        self._methods = methods
        self._now = now
        self._sleep = sleep
        self._patience = patience
        self._windows = {name: Window(m.per_minute, MINUTE + ON_ITS_WAY) for name, m in methods.items()}
        self._channels: dict[str, Drip] = {}
        self._paused_until: dict[str, float] = defaultdict(float)

    async def turn(self, method: str, *, channel: str | None = None) -> None:
        """Wait for a turn. Raises Later if it is further away than our patience."""
        now = self._now()
        limits = self._limits(method, channel, now)
        at = max([now, *(limit.earliest(now) for limit in limits)])
        at = self._unless_too_late(method, at, since=now)
        for limit in limits:
            limit.take(at)
        while at > self._now():
            await self._sleep(at - self._now())
            at = self._unless_too_late(method, at, since=now)

    def pause(self, method: str, after: timedelta) -> None:
        """Slack asked for a pause of this method."""
        until = self._now() + after.total_seconds()
        self._paused_until[method] = max(self._paused_until[method], until)

    def _unless_too_late(self, method: str, at: float, *, since: float) -> float:
        """The turn, after any pause that Slack asked for, also while we slept. Raises Later."""
        at = max(at, self._paused_until[method])
        decoration = self._methods[method].decoration
        patience = min(self._patience, DECORATION_PATIENCE) if decoration else self._patience
        if at - since > patience:
            ahead = timedelta(seconds=at - self._now() - patience / 2)
            raise Later(max(ahead, timedelta(seconds=1)), f"{method} is at Slack's limit")
        return at

    def _limits(self, method: str, channel: str | None, now: float) -> list[_Limit]:
        limits: list[_Limit] = [self._windows[method]]
        if channel is not None and self._methods[method].per_channel:
            limits.append(self._channel(channel, now))
        return limits

    def _channel(self, channel: str, now: float) -> Drip:
        if len(self._channels) > _MANY_CHANNELS:
            self._channels = {name: drip for name, drip in self._channels.items() if not drip.rested(now)}
        return self._channels.setdefault(channel, Drip(CHANNEL_EVERY, CHANNEL_BURST))
