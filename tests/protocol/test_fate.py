"""Whatever befalls the room, whoever leads hears of it once, and the incident goes on."""

from __future__ import annotations

from datetime import timedelta

import pytest

from playbooks.domain.effects import (
    Effect,
    EnterRoom,
    Invite,
    OpenRoom,
    PostCard,
    RetireCard,
    TellPerson,
)
from playbooks.domain.errors import RoomIsFine
from playbooks.domain.events import HubHarmed, HubRenamed, RoomHarmed, RoomMended, RoomRenamed
from playbooks.domain.ids import ChannelId, Ts, UserId
from playbooks.domain.incident import ResolutionCode, RoomHarm, RoomState
from playbooks.protocol import command, declare, fate, resolve, room, timeline
from tests.protocol.conftest import ADA, BOB, FAY, GUS, ON_SQLITE, ROOM, House

HUB, ELSEWHERE = ChannelId("C0HUB"), ChannelId("C0OTHER")
THREAD = Ts("1772445600.000001")


async def befalls(house: House, how: RoomHarm, channel: ChannelId = ROOM) -> bool:
    return await fate.harmed(house.ports, channel=channel, how=how, by=GUS, at=house.clock.now())


def letters(owed: list[Effect]) -> dict[UserId, type]:
    """Who is told about what kind of event."""
    return {e.user: type(e.about) for e in owed if isinstance(e, TellPerson)}


async def commanded(house: House) -> None:
    """Bob leads in a room that is announced."""
    incident = await house.in_room()
    async with house.store.units() as unit:
        await room.announced(unit, house.ports, incident=incident.id, channel=HUB, ts=THREAD)
        await unit.commit()
    await command.take(house.ports, incident=incident.id, by=BOB)
    await house.owed()


async def test_an_archived_room_is_told_once_and_the_incident_goes_on_in_its_thread(house: House) -> None:
    await commanded(house)
    incident = await house.incident()
    assert await befalls(house, RoomHarm.ARCHIVED)
    owed = await house.owed()
    assert letters(owed) == {BOB: RoomHarmed}
    assert any(isinstance(effect, PostCard) for effect in owed)
    assert (await house.incident()).room_state is RoomState.LOST

    await fate.lost(house.ports, incident=incident.id, how=RoomHarm.ARCHIVED)
    assert not await befalls(house, RoomHarm.ARCHIVED), "a delivery said so too, or the other way round"
    assert await house.owed() == []
    assert (await house.kinds()).count("RoomHarmed") == 1

    said = {"channel": HUB, "ts": Ts("1772445700.000001"), "user": ADA, "text": "rolling back"}
    assert await timeline.said(house.ports, thread=THREAD, **said)  # type: ignore[arg-type]
    assert not await timeline.said(house.ports, thread=None, **said)  # type: ignore[arg-type]
    assert (await house.entry("MessageSaid"))["text"] == "rolling back"
    mark = {"channel": HUB, "ts": said["ts"], "by": BOB, "reaction": "pushpin", "author": ADA}
    assert await timeline.marked(house.ports, **mark)  # type: ignore[arg-type]
    assert (await house.entry("KeyEventMarked"))["text"] == "rolling back"


async def test_an_unarchived_room_is_entered_and_the_card_comes_home(house: House) -> None:
    await commanded(house)
    await befalls(house, RoomHarm.ARCHIVED)
    async with house.store.units() as unit:
        await room.card_posted(
            unit, house.ports, incident=(await house.incident()).id, channel=HUB, ts=THREAD
        )
        await unit.commit()
    assert [e.channel for e in await house.owed() if isinstance(e, RetireCard)] == [ROOM]

    at = house.clock.now()
    assert await fate.mended(house.ports, channel=ROOM, how=RoomHarm.ARCHIVED, by=GUS, at=at)
    assert [e.by for e in await house.owed() if isinstance(e, EnterRoom)] == [GUS]
    async with house.store.units() as unit:
        await fate.came_back(unit, house.ports, incident=(await house.incident()).id, by=GUS)
        await unit.commit()
    owed = await house.owed()
    assert letters(owed) == {BOB: RoomMended}
    assert any(isinstance(effect, PostCard) for effect in owed)
    back = await house.incident()
    assert (back.room_state, back.room_harm) == (RoomState.OPEN, None)


@ON_SQLITE
async def test_removed_from_a_public_room_it_comes_back_when_asked(house: House) -> None:
    await commanded(house)
    number = (await house.incident()).id
    with pytest.raises(RoomIsFine):
        await fate.come_back(house.ports, incident=number, by=BOB)
    await befalls(house, RoomHarm.REMOVED)
    assert (await house.incident()).room_state is RoomState.OPEN, "it can still write there"
    await house.owed()
    await fate.come_back(house.ports, incident=number, by=BOB)
    assert [e.by for e in await house.owed() if isinstance(e, EnterRoom)] == [BOB]
    assert await fate.let_in(house.ports, channel=ROOM, by=GUS), "or when somebody invites it"
    assert not await fate.let_in(house.ports, channel=ELSEWHERE, by=GUS)


async def test_a_new_room_takes_the_place_of_a_lost_one(house: House) -> None:
    await commanded(house)
    number = (await house.incident()).id
    await befalls(house, RoomHarm.DELETED)
    await house.owed()
    await fate.new_room(house.ports, incident=number, by=BOB)
    with pytest.raises(RoomIsFine):
        await fate.new_room(house.ports, incident=number, by=ADA)
    assert await house.told(OpenRoom) == ["OpenRoom"]

    async with house.store.units() as unit:
        await room.opened(unit, house.ports, incident=number, room=ELSEWHERE, name="inc-1-checkout-2")
        await unit.commit()
    owed = await house.owed()
    found = await house.incident()
    assert (found.room, found.room_state, found.room_harm) == (ELSEWHERE, RoomState.OPEN, None)
    assert any(isinstance(e, Invite) and BOB in e.users for e in owed)
    assert any(isinstance(e, PostCard) for e in owed)


@ON_SQLITE
async def test_whoever_declared_it_and_the_duty_managers_hear_while_nobody_commands(house: House) -> None:
    await house.in_room()
    await befalls(house, RoomHarm.SHARED)
    assert letters(await house.owed()) == {FAY: RoomHarmed, GUS: RoomHarmed}
    assert not await befalls(house, RoomHarm.SHARED, ELSEWHERE)


@ON_SQLITE
async def test_a_room_that_is_put_away_afterwards_is_no_news(house: House) -> None:
    await commanded(house)
    code = ResolutionCode.SOLUTION_PROVIDED
    await resolve.resolve(
        house.ports, incident=(await house.incident()).id, by=BOB, code=code, note="Rolled back"
    )
    await house.owed()
    await befalls(house, RoomHarm.ARCHIVED)
    assert letters(await house.owed()) == {}
    assert (await house.kinds())[-1] == "RoomHarmed"


@ON_SQLITE
async def test_names_ids_and_who_may_see_it_change_and_the_incident_stays(house: House) -> None:
    await commanded(house)
    at = house.clock.now() + timedelta(minutes=1)
    assert await fate.renamed(house.ports, channel=ROOM, name="lost-and-found", by=GUS, at=at)
    assert not await fate.renamed(house.ports, channel=ROOM, name="lost-and-found", by=GUS, at=at)
    assert letters(await house.owed()) == {BOB: RoomRenamed}
    assert await fate.converted(house.ports, channel=ROOM, private=True, by=BOB, at=at)
    assert letters(await house.owed()) == {}, "the commander did it"

    assert await fate.moved(house.ports, before=ROOM, channel=ELSEWHERE, at=at)
    found = await house.incident()
    assert (found.room, found.room_name) == (ELSEWHERE, "lost-and-found")
    async with house.store.reading() as unit:
        assert await unit.posts.where("card:1") == (ELSEWHERE, Ts("1.000001"))
        assert await unit.posts.where("announcement:1") == (HUB, THREAD)


@ON_SQLITE
async def test_what_befalls_the_incidents_channel_is_told_to_those_who_lead_and_run_the_bot(
    house: House,
) -> None:
    await commanded(house)
    await declare.by_hand(
        house.ports,
        title="Elsewhere",
        service="search",
        severity=2,
        by=FAY,
        despite=[(await house.incident()).id],
    )
    await house.owed()
    assert await befalls(house, RoomHarm.ARCHIVED, HUB)
    told = letters(await house.owed())
    assert {BOB, GUS} <= set(told), "the other incident is not announced there yet"
    assert set(told.values()) == {HubHarmed}
    at = house.clock.now()
    assert await fate.renamed(house.ports, channel=HUB, name="trouble", by=ADA, at=at)
    assert set(letters(await house.owed()).values()) == {HubRenamed}


async def test_those_who_run_the_bot_hear_of_the_incidents_channel_while_nothing_is_live(
    house: House,
) -> None:
    await commanded(house)
    await resolve.resolve(
        house.ports,
        incident=(await house.incident()).id,
        by=BOB,
        code=ResolutionCode.SOLUTION_PROVIDED,
        note="over",
        despite="I know",
    )
    await house.owed()
    assert not await befalls(house, RoomHarm.REMOVED, ChannelId("C0OTHER"))
    assert await befalls(house, RoomHarm.REMOVED, HUB)
    told = letters(await house.owed())
    assert set(told) == set(house.ports.handbook().operators), "and nobody who led the last one"
    assert set(told.values()) == {HubHarmed}
