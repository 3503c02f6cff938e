"""What is somebody's own: the incidents they have a part in, whatever came in years, and what they owe."""

from __future__ import annotations

from datetime import timedelta

from playbooks.domain.effects import RefreshHome
from playbooks.domain.ids import IncidentId, Ts, UserId
from playbooks.domain.incident import ResolutionCode
from playbooks.domain.role import Role
from playbooks.protocol import command, declare, find, homes, resolve, tasks, timeline
from playbooks.protocol.veil import seen_by
from tests.protocol.conftest import ADA, BOB, CLEO, DEV, EVE, FAY, GUS, ON_SQLITE, ROOM, House

ONE, TWO = IncidentId(1), IncidentId(2)


async def mine(house: House, user: UserId) -> set[IncidentId]:
    found = await find.mine(seen_by(house.ports, user), user=user)
    assert [p.incident.id for p in found.pictures if p.incident.id in found.mine] == sorted(
        found.mine, reverse=True
    )
    return set(found.mine)


async def test_whoever_has_a_part_finds_it_and_nobody_else(house: House) -> None:
    await house.in_room(service="payments")
    await house.declared(service="search", title="Search is slow")
    assert await mine(house, FAY) == {ONE, TWO}, "whoever declared"
    assert await mine(house, CLEO) == {ONE}, "whoever leads the work on it"
    assert await mine(house, BOB) == set()
    await command.take(house.ports, incident=ONE, by=ADA)
    await command.appoint(house.ports, incident=ONE, by=ADA, to=GUS, role=Role.SCRIBE)
    await tasks.assign(house.ports, incident=ONE, by=ADA, to=EVE, text="call the vendor")
    for user in (ADA, GUS, EVE):
        assert await mine(house, user) == {ONE}, user
    nobody = UserId("U0NOBODY")
    assert await mine(house, nobody) == set()
    await timeline.said(
        house.ports,
        channel=ROOM,
        ts=Ts("7.000001"),
        thread=None,
        user=nobody,
        text="I look at it",
        app="",
        files=(),
    )
    assert await mine(house, nobody) == {ONE}, "whoever said something"
    await command.lay_down(house.ports, incident=ONE, by=GUS, role=Role.SCRIBE)
    assert await mine(house, GUS) == {ONE}, "they did something there"


async def test_offers_and_teams_are_parts_and_over_is_over(house: House) -> None:
    await house.in_room(service="search")
    await command.take(house.ports, incident=ONE, by=BOB)
    await command.offer(house.ports, incident=ONE, to=CLEO, by=BOB)
    await command.form_team(
        house.ports,
        incident=ONE,
        by=BOB,
        leader=DEV,
        name="network",
        task="find it",
        box=timedelta(minutes=9),
    )
    assert await mine(house, CLEO) == await mine(house, DEV) == {ONE}
    await resolve.resolve(
        house.ports,
        incident=ONE,
        by=BOB,
        code=ResolutionCode.SOLUTION_PROVIDED,
        note="over",
        despite="I know",
    )
    found = await find.mine(house.ports, user=BOB)
    assert (found.mine, found.pictures) == (frozenset(), ())
    assert [draft.incident for draft in found.drafts] == [ONE], "whoever commanded owes the post-mortem"
    assert (await find.mine(house.ports, user=CLEO)).drafts == ()


@ON_SQLITE
async def test_what_is_private_is_nobody_elses(house: House) -> None:
    await declare.by_hand(house.ports, title="A leak", service="search", severity=1, by=FAY, private=())
    assert await mine(house, FAY) == {ONE}
    assert await mine(house, BOB) == set()
    assert (await find.mine(seen_by(house.ports, GUS), user=GUS)).pictures == ()


async def redrawn(house: House) -> list[UserId]:
    return [effect.user for effect in await house.owed() if isinstance(effect, RefreshHome)]


@ON_SQLITE
async def test_tabs_that_were_opened_are_drawn_anew_when_their_facts_change(house: House) -> None:
    await house.in_room(service="search")
    await command.take(house.ports, incident=ONE, by=ADA)
    assert await redrawn(house) == [], "nobody looks"
    for user in (ADA, EVE, EVE):
        await homes.opened(house.ports, user=user)
    await tasks.assign(house.ports, incident=ONE, by=GUS, to=EVE, text="call the vendor")
    assert sorted(await redrawn(house)) == [ADA, EVE], "who was asked, and who commands"
    await tasks.assign(house.ports, incident=ONE, by=ADA, to=GUS, text="call the bank")
    await tasks.assign(house.ports, incident=ONE, by=ADA, to=GUS, text="call the board")
    assert await redrawn(house) == [ADA], "once for all that happened meanwhile"
    await timeline.said(
        house.ports, channel=ROOM, ts=Ts("8.000001"), thread=None, user=EVE, text="I look", app="", files=()
    )
    assert await redrawn(house) == [], "what is said in the room is not on the tab"
