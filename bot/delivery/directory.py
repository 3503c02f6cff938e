"""Channels by name: looked up once, because listing a large workspace is slow and paced.

The catalogue names the fixed channels of the protocol; a war room is only ever known by
the id that Slack gave it.
"""

from __future__ import annotations

import asyncio
import re

from bot.slack.gateway import Gateway, Room
from bot.slack.outcomes import Never
from playbooks.domain.ids import ChannelId

_ID = re.compile(r"[CGD][A-Z0-9]{2,}")  # names are lower-case (Slack docs, conversations.create)


class Directory:
    """Names → ids, as far as they were asked for."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._known: dict[str, Room] = {}
        self._lookup = asyncio.Lock()

    async def channel(self, name: str) -> ChannelId:
        """The id of a channel. Raises Never if there is none that we may see."""
        name = name.removeprefix("#")
        return ChannelId(name) if _ID.fullmatch(name) else (await self._room(name)).id

    async def enter(self, name: str) -> ChannelId:
        """The id of a channel which we join if we are not in it. Raises Never if it is private."""
        name = name.removeprefix("#")
        if _ID.fullmatch(name):
            await self._gateway.join(ChannelId(name))
            return ChannelId(name)
        room = await self._room(name)
        if not room.is_member:
            await self._gateway.join(room.id)
        return room.id

    def forget(self, name: str) -> None:
        """Look again next time: the channel was renamed, archived or replaced."""
        self._known.pop(name.removeprefix("#"), None)

    async def _room(self, name: str) -> Room:
        async with self._lookup:
            return self._known.get(name) or await self._look_up(name)

    async def _look_up(self, name: str) -> Room:
        """Channels we are in first: there are far fewer of them than channels."""
        for rooms in (self._gateway.own_rooms, self._gateway.public_rooms):
            async for room in rooms():
                if room.name == name:
                    self._known[name] = room
                    return room
        raise Never("channel_not_found")
