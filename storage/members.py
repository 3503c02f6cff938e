"""What Slack says about people and user groups, kept until it says something else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from playbooks.domain.ids import UserId
from playbooks.domain.person import Group, Member, unfit
from storage import tables
from storage.mapping import Codec
from storage.records import SqlRecords, insert_into

_MEMBERS = Codec(Member, tables.members)
_GROUPS = Codec(Group, tables.groups)


class SqlMembers(SqlRecords[Member]):
    """``ports.Members``."""

    def __init__(self, connection: AsyncConnection) -> None:
        super().__init__(connection, _MEMBERS)

    async def find(self, user: UserId) -> Member | None:
        return await self._first_with(id=user)

    async def put(self, member: Member) -> None:
        await self._newest(tables.members, _MEMBERS.row(member))

    async def unfit(self) -> frozenset[UserId]:
        known = await self._all_with("id")
        return frozenset(member.id for member in known if unfit(member))

    async def groups(self) -> Sequence[Group]:
        query = sa.select(tables.groups).order_by(tables.groups.c.id)
        rows = (await self._connection.execute(query)).mappings()
        return [_GROUPS.value(row) for row in rows]

    async def put_group(self, group: Group) -> None:
        await self._newest(tables.groups, _GROUPS.row(group))

    async def _newest(self, table: sa.Table, row: Mapping[str, object]) -> None:
        """Write or replace; a word that comes late changes nothing."""
        new = insert_into(self._connection, table).values(dict(row))
        rest = {name: new.excluded[name] for name in row if name != "id"}
        newer = table.c.seen_at <= new.excluded.seen_at
        await self._connection.execute(
            new.on_conflict_do_update(index_elements=["id"], set_=rest, where=newer)
        )
