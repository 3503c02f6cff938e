"""The best that Slack's documented limits allow: a simulation in which nothing else costs time.

Creating, inviting and posting each have their window of a minute; a conversation takes one
posting a second after a short burst. The announcements of one moment are one posting.
"""

from __future__ import annotations

from bot.slack.methods import METHODS, MINUTE
from bot.slack.throttle import Window


def best(rooms: int, *, latency: float) -> float:
    """Seconds until the last of so many rooms, declared at once, has people, a card and an announcement."""
    create, invite, post = (
        Window(METHODS[name].per_minute, MINUTE)
        for name in ("conversations.create", "conversations.invite", "chat.postMessage")
    )
    announced = _turn(post, 0.0) + latency
    return max([announced, *(_room(create, invite, post, latency) for _ in range(rooms))])


def _room(create: Window, invite: Window, post: Window, latency: float) -> float:
    made = _turn(create, 0.0) + latency
    return max(_turn(invite, made), _turn(post, made)) + latency


def _turn(window: Window, now: float) -> float:
    """The first turn at or after ``now``, taken."""
    at = window.earliest(now)
    window.take(at)
    return at
