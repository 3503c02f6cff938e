"""What Slack says about people stays as it said it last, whatever arrives late."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from storage.uow import Store
from tests.storage.records import ADA, BOB, GROUP, MEMBER

EARLIER = timedelta(minutes=-1)


async def test_the_newest_word_counts_and_a_late_one_changes_nothing(store: Store) -> None:
    fit = replace(MEMBER, is_active=True, is_bot=False, is_guest=False, is_stranger=False)
    async with store.units() as unit:
        await unit.members.put(MEMBER)
        await unit.members.put(replace(fit, seen_at=MEMBER.seen_at + EARLIER))
        assert await unit.members.find(BOB) == MEMBER
        assert await unit.members.find(ADA) is None
        assert await unit.members.unfit() == {BOB}
        await unit.members.put(fit)
        assert await unit.members.find(BOB) == fit
        assert await unit.members.unfit() == frozenset()
        await unit.commit()


async def test_a_group_is_kept_as_it_was_read_last(store: Store) -> None:
    smaller = replace(GROUP, members=(ADA,))
    async with store.units() as unit:
        await unit.members.put_group(GROUP)
        assert list(await unit.members.groups()) == [GROUP]
        await unit.members.put_group(smaller)
        await unit.members.put_group(replace(GROUP, seen_at=GROUP.seen_at + EARLIER))
        assert list(await unit.members.groups()) == [smaller]
