"""Reads rooms again, and has written down what their events did not tell.

Reading is paced twice: by the throttle that all calls share, and by a slower one of its
own, so that looking for lost words never keeps a delivery from looking for its message.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Final

import structlog

from bot.slack.gateway import Gateway, Identity
from bot.slack.methods import METHODS
from bot.slack.outcomes import Ambiguous, Later, Never
from bot.slack.throttle import Throttle
from handlers.slack.history import remembered
from playbooks.domain.gaps import Remembered, threads_to_read
from playbooks.domain.ids import IncidentId, Ts
from playbooks.ports import Ports
from playbooks.protocol import gaps, privacy

log = structlog.get_logger("tocsin.gaps")

READS: Final = ("conversations.history", "conversations.replies")
PER_MINUTE: Final = 20
"""Of the 50 that Slack allows (Slack docs, conversations.history): the rest is for deliveries in doubt."""
_TRIES: Final = 3


class Gaps:
    """One reading of all rooms, whenever somebody asks for it."""

    def __init__(
        self,
        ports: Ports,
        gateway: Gateway,
        identity: Callable[[], Awaitable[Identity]],
        *,
        now: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        self._ports = ports
        self._gateway = gateway
        self._identity = identity
        self._sleep = sleep
        slower = {name: replace(METHODS[name], per_minute=PER_MINUTE) for name in READS}
        self._pace = Throttle(slower, now=now, sleep=sleep, patience=float("inf"))

    async def close(self) -> None:
        """Read the rooms in which people talk, newest first, and recover what was missed."""
        me = await self._identity()
        for incident in await gaps.rooms(self._ports):
            await self._close(incident, me)

    async def _close(self, incident: IncidentId, me: Identity) -> None:
        """One room. What cannot be read now is read in the next turn, from where this one began."""
        for _ in range(_TRIES):
            try:
                await self._read(incident, me)
            except Never as refusal:
                log.info("gaps.closed_room", incident=incident, reason=refusal.reason)
            except Later as later:
                await self._sleep(later.after.total_seconds())
                continue
            except Ambiguous as doubt:
                log.info("gaps.unread", incident=incident, reason=doubt.reason)
                continue
            return

    async def _read(self, incident: IncidentId, me: Identity) -> None:
        reading = await gaps.reading(self._ports, incident=incident)
        if reading is None:
            return
        if reading.private:
            present = await self._gateway.members(reading.channel) - {me.user}
            if unheard := await privacy.compare(self._ports, incident=incident, present=present):
                log.warning("gaps.members", incident=incident, people=unheard)
        told = await self._messages(reading, me)
        for parent in threads_to_read(told.values(), reading.known):
            told |= await self._messages(reading, me, thread=parent)
        if recovered := await gaps.recover(self._ports, reading=reading, remembered=tuple(told.values())):
            log.warning("gaps.recovered", incident=incident, facts=recovered)

    async def _messages(
        self, reading: gaps.Reading, me: Identity, *, thread: Ts | None = None
    ) -> dict[Ts, Remembered]:
        history = self._gateway.history(
            reading.channel, oldest=reading.since.timestamp(), thread=thread, before_page=self._pace.turn
        )
        found = [remembered(message, bot=me.bot) async for message in history]
        return {one.ts: one for one in found if one is not None}
