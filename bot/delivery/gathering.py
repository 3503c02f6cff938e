"""Who has the same to say in the same place at the same moment says it in one post.

A conversation takes about one post a second (Slack docs, chat.postMessage), so twenty
announcements of one moment would be twenty seconds under way. Whoever comes first posts at
once and alone; whoever comes meanwhile goes with the next post. There is no task behind
this: the first in the queue works, the rest wait.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.delivery.errand import Errand
from bot.slack.gateway import Posted
from bot.slack.outcomes import Ambiguous, DeliveryError, Never
from playbooks.domain.ids import ChannelId

Post = Callable[[ChannelId, Sequence[Errand[Any]]], Awaitable[Posted]]


@dataclass(slots=True, eq=False)
class _Waiting:
    errand: Errand[Any]
    posted: Posted | None = None
    trouble: DeliveryError | None = None


@dataclass(slots=True)
class _Queue:
    waiting: list[_Waiting] = field(default_factory=list)
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


class Gathering:
    """One queue for each conversation; ``most`` errands go into one post."""

    def __init__(self, *, most: int) -> None:
        self._most = most
        self._queues: dict[ChannelId, _Queue] = {}

    async def post(self, channel: ChannelId, errand: Errand[Any], post: Post) -> Posted:
        """Where the errand was said, perhaps together with others. Raises what the post raises.

        ``post`` says several errands in one message; all who wait at one place bring the same.
        """
        queue, mine = self._queues.setdefault(channel, _Queue()), _Waiting(errand)
        queue.waiting.append(mine)
        try:
            async with queue.turn:
                if mine in queue.waiting:
                    others = [other for other in queue.waiting if other is not mine]
                    await _carry(channel, [mine, *others[: self._most - 1]], queue, post)
        finally:
            if mine in queue.waiting:
                queue.waiting.remove(mine)
        if mine.posted is None:
            raise mine.trouble or Ambiguous("whoever was to say it was interrupted")
        return mine.posted


async def _carry(channel: ChannelId, batch: Sequence[_Waiting], queue: _Queue, post: Post) -> None:
    """Say all of it; whoever finds neither an answer nor trouble has to look whether it was said."""
    for waiting in batch:
        queue.waiting.remove(waiting)
    try:
        posted = await post(channel, [waiting.errand for waiting in batch])
    except Never as refusal:
        if len(batch) == 1:
            batch[0].trouble = refusal
            return
        await _one_by_one(channel, batch, post)
    except DeliveryError as trouble:
        for waiting in batch:
            waiting.trouble = trouble
    else:
        for waiting in batch:
            waiting.posted = posted


async def _one_by_one(channel: ChannelId, batch: Sequence[_Waiting], post: Post) -> None:
    """What Slack refuses of one must not be refused of its neighbours."""
    for waiting in batch:
        try:
            waiting.posted = await post(channel, [waiting.errand])
        except DeliveryError as trouble:
            waiting.trouble = trouble
