"""Learns from Slack who the people of the catalogue are, and who is in its user groups.

Each process reads for itself, because the roster is needed at once and Slack may be away:
what was read last is kept in the database and used until Slack answers again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime, timedelta
from typing import Final

import structlog

from bot.bells import Bell
from bot.library import Library
from bot.slack.gateway import Gateway, Identity
from bot.slack.outcomes import DeliveryError, Later, Never
from bot.workers.worker import Worker
from playbooks.domain.ids import GroupId, UserId
from playbooks.domain.person import Group
from playbooks.ports import Ports
from playbooks.protocol import people

log = structlog.get_logger("tocsin.people")

EVERY: Final = timedelta(minutes=5)
FRESH: Final = timedelta(minutes=10)
"""What Slack said about somebody counts for so long without being asked again."""


class People(Worker):
    """Reads the groups that the catalogue names, and looks up whoever it lists."""

    def __init__(
        self,
        ports: Ports,
        gateway: Gateway,
        library: Library,
        identity: Callable[[], Awaitable[Identity]],
        *,
        bell: Bell,
        wall: Callable[[], datetime],
    ) -> None:
        super().__init__("people", bell=bell, poll=EVERY)
        self._ports = ports
        self._gateway = gateway
        self._library = library
        self._identity = identity
        self._wall = wall
        self._remembered = False

    async def look(self, begun: asyncio.TaskGroup) -> bool:  # noqa: ARG002 - people are asked about in turn
        if not self._remembered:
            self._library.learn(await people.groups(self._ports))
            self._remembered = True
        try:
            await self._read_groups()
            await self._look_up(self._ports.handbook().everybody)
        except Later as later:
            log.info("people.later", reason=later.reason)
        except DeliveryError as failure:
            log.warning("people.unknown", reason=failure.reason)
        return False

    def ask(self) -> None:
        """Somebody says that the groups have changed."""
        self._bell.ring()

    async def acquaint(self, user: UserId) -> bool:
        """Learn about somebody now, unless Slack was asked lately; False if it does not answer."""
        try:
            await self._look_up((user,))
        except Never:
            return True  # Slack does not let us know: whoever named this person knows better
        except DeliveryError:
            return await people.known(self._ports, user=user) is not None
        return True

    async def _read_groups(self) -> None:
        for group in sorted(self._ports.handbook().catalogue.user_groups):
            try:
                members = await self._gateway.group_members(GroupId(group))
            except Never as refusal:
                log.warning("people.no_group", group=group, reason=refusal.reason)
                continue
            read = Group(id=GroupId(group), members=tuple(sorted(members)), seen_at=self._wall())
            await people.learn_group(self._ports, read)
        self._library.learn(await people.groups(self._ports))

    async def _look_up(self, users: Iterable[UserId]) -> None:
        ours = (await self._identity()).team
        for user in users:
            known = await people.known(self._ports, user=user)
            if known is None or known.seen_at <= self._wall() - FRESH:
                await people.learn(self._ports, await self._gateway.member(user, team=ours, at=self._wall()))
