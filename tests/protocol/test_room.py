"""The room's steps follow from what Slack answered: each once, none forgotten, failures told."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from itertools import permutations

import pytest

from playbooks.domain.change import ChangeType, Risk
from playbooks.domain.effects import (
    AddBookmarks,
    Announce,
    AskApproval,
    CloseApproval,
    Effect,
    Invite,
    OpenRoom,
    PinCard,
    PostCard,
    PostReview,
    RefreshAnnouncement,
    RefreshCard,
    SetTopic,
    TellPerson,
    TellRoom,
)
from playbooks.domain.errors import IncidentNotFound
from playbooks.domain.events import LeadSeated, PeopleInvited, RoomUnavailable, StepFailed
from playbooks.domain.ids import PROTOCOL, ChannelId, ClearanceId, IncidentId, ServiceName, Ts, UserId
from playbooks.domain.incident import ResolutionCode, RoomState
from playbooks.domain.workstream import Led
from playbooks.ports import Ports, Unit
from playbooks.protocol import command, freeze, resolve, room
from playbooks.protocol.gate import GateQuestion, ask
from tests.protocol.conftest import ADA, BOB, CLEO, DEV, EVE, FAY, GUS, ON_SQLITE, ROOM, House

ONE = IncidentId(1)
HUB = ChannelId("C0HUB")
CARD = Ts("1.000001")


async def goes_on(house: House, step: Callable[[Unit, Ports], Awaitable[object]]) -> list[Effect]:
    """One continuation in a transaction of its own, and what is owed after it."""
    async with house.store.units() as unit:
        await step(unit, house.ports)
        await unit.commit()
    return await house.owed()


async def opened(house: House) -> list[Effect]:
    return await goes_on(
        house, lambda u, p: room.opened(u, p, incident=ONE, room=ROOM, name="inc-1-checkout")
    )


async def unavailable(house: House, reason: str = "the name is taken") -> list[Effect]:
    return await goes_on(house, lambda u, p: room.unavailable(u, p, incident=ONE, reason=reason))


async def posted(house: House, *, channel: ChannelId = ROOM, ts: Ts = CARD) -> list[Effect]:
    return await goes_on(house, lambda u, p: room.card_posted(u, p, incident=ONE, channel=channel, ts=ts))


async def failed(house: House, effect: Effect) -> list[Effect]:
    return await goes_on(
        house, lambda u, p: room.step_failed(u, p, effect=effect, delivery="d-1", reason="no permission")
    )


async def declared(house: House) -> None:
    await house.declared()
    await house.owed()


def on_call(house: House) -> LeadSeated:
    """Bob leads checkout from now on."""
    return LeadSeated(
        incident=ONE,
        by=PROTOCOL,
        at=house.clock.now(),
        services=(ServiceName("checkout"),),
        lead=BOB,
        how=Led.ON_CALL,
    )


async def approval_asked(house: House) -> ClearanceId:
    """A change that may help asks the commander; the id of its request."""
    question = GateQuestion(
        ref="CHG-1",
        kind=ChangeType.NORMAL,
        risk=Risk.LOW,
        services=("checkout",),
        env="production",
        digest="sha256:1",
        op="op-1",
        op_started_at=None,
        remedies=ONE,
        rollback_of=None,
        title="Raise the pool",
        link="",
        requester="dev",
    )
    await ask(house.ports, question=question)
    return ClearanceId((await house.entry("ApprovalAsked"))["clearance"])


# ------------------------------------------------------------------ the room opens
async def test_an_open_room_owes_every_step_at_once_and_people_come_first(house: House) -> None:
    await declared(house)
    assert [effect for effect in await opened(house) if not isinstance(effect, RefreshCard)] == [
        Invite(incident=ONE, users=(BOB, DEV, ADA, EVE, FAY)),
        TellPerson(incident=ONE, user=BOB, about=on_call(house)),
        PostCard(incident=ONE),
        RefreshAnnouncement(incident=ONE),
        SetTopic(incident=ONE),
        AddBookmarks(incident=ONE),
    ]
    incident = await house.incident()
    assert (incident.room, incident.room_name, incident.room_state) == (
        ROOM,
        "inc-1-checkout",
        RoomState.OPEN,
    )


async def test_a_room_that_is_open_owes_nothing_again(house: House) -> None:
    await declared(house)
    await opened(house)
    before = await house.log()
    assert await opened(house) == []
    assert await unavailable(house) == []
    assert await house.log() == before


async def test_two_answers_at_the_same_moment_open_one_room(house: House) -> None:
    await declared(house)

    async def answer(name: str) -> None:
        async with house.store.units() as unit:
            await room.opened(unit, house.ports, incident=ONE, room=ROOM, name=name)
            await unit.commit()

    await asyncio.gather(answer("inc-1-checkout"), answer("inc-1-checkout-2"))
    assert (await house.kinds()).count("RoomOpened") == 1
    assert await house.told(PostCard, AddBookmarks) == ["PostCard", "AddBookmarks"]


@ON_SQLITE
async def test_nothing_is_owed_to_a_room_that_is_not_there_yet(house: House) -> None:
    await declared(house)
    await command.take(house.ports, incident=ONE, by=CLEO)
    await approval_asked(house)
    owed = await house.owed()
    assert [e for e in owed if isinstance(e, (AskApproval, PostCard, RefreshCard, SetTopic, TellRoom))] == []


@ON_SQLITE
async def test_whoever_took_command_before_the_room_opened_is_in_it(house: House) -> None:
    await declared(house)
    await command.take(house.ports, incident=ONE, by=CLEO)
    await house.owed()
    (invite, *_) = await opened(house)
    assert isinstance(invite, Invite)
    assert CLEO in invite.users


@ON_SQLITE
async def test_an_approval_that_waited_for_the_room_is_asked_in_it(house: House) -> None:
    await declared(house)
    clearance = await approval_asked(house)
    await house.owed()
    assert [e.clearance for e in await opened(house) if isinstance(e, AskApproval)] == [clearance]


@ON_SQLITE
async def test_an_approval_that_was_decided_meanwhile_is_not_asked(house: House) -> None:
    await declared(house)
    clearance = await approval_asked(house)
    await command.take(house.ports, incident=ONE, by=ADA)
    await freeze.deny(house.ports, clearance=clearance, by=ADA)
    await house.owed()
    assert [e for e in await opened(house) if isinstance(e, AskApproval)] == []


@ON_SQLITE
async def test_a_post_mortem_that_waited_for_the_room_is_shown_in_it(house: House) -> None:
    await declared(house)
    await resolve.resolve(
        house.ports, incident=ONE, by=GUS, code=ResolutionCode.NO_RESOLUTION, note="it went away"
    )
    assert "PostReview" not in await house.told()
    assert [type(e) for e in await opened(house)].count(PostReview) == 1


# ------------------------------------------------------------------ no room
async def test_without_a_room_the_incident_runs_in_the_hub_and_says_so(house: House) -> None:
    await declared(house)
    owed = await unavailable(house)
    event = next(e.about for e in owed if isinstance(e, TellRoom))
    assert isinstance(event, RoomUnavailable)
    assert event.reason == "the name is taken"
    assert [e.user for e in owed if isinstance(e, TellPerson)] == [BOB, DEV, ADA, EVE, FAY, BOB], (
        "and who leads"
    )
    assert owed.count(PostCard(incident=ONE)) == 1
    assert (await house.incident()).room_state is RoomState.HUB


async def test_a_room_is_given_up_once(house: House) -> None:
    await declared(house)
    await unavailable(house)
    assert await unavailable(house, "tried again") == []
    assert (await house.kinds()).count("RoomUnavailable") == 1


@ON_SQLITE
async def test_a_room_that_opens_after_all_gets_a_card_of_its_own(house: House) -> None:
    """An operator had the failed step tried again."""
    await declared(house)
    await unavailable(house)
    await posted(house, channel=HUB)
    owed = await opened(house)
    assert PostCard(incident=ONE) in owed
    assert (await house.incident()).room_state is RoomState.OPEN


@ON_SQLITE
async def test_what_happens_in_the_hub_is_told_there(house: House) -> None:
    await declared(house)
    await unavailable(house)
    await command.take(house.ports, incident=ONE, by=ADA)
    assert {"TellRoom", "RefreshCard"} <= set(await house.told())


# ------------------------------------------------------------------ card and announcement
async def test_a_posted_card_is_remembered_pinned_and_drawn_once_more(house: House) -> None:
    await declared(house)
    await opened(house)
    assert await posted(house) == [RefreshCard(incident=ONE), PinCard(incident=ONE, ts=CARD)]
    async with house.store.reading() as unit:
        assert await unit.posts.where("card:1") == (ROOM, CARD)
    assert (await house.incident()).card_ts == CARD


@ON_SQLITE
async def test_a_card_in_the_hub_is_not_pinned(house: House) -> None:
    await declared(house)
    await unavailable(house)
    assert await posted(house, channel=HUB) == [RefreshCard(incident=ONE)]


@ON_SQLITE
async def test_a_posted_announcement_follows_the_incident(house: House) -> None:
    await declared(house)
    owed = await goes_on(
        house, lambda u, p: room.announced(u, p, incident=ONE, channel=HUB, ts=Ts("2.000001"))
    )
    assert owed == [RefreshAnnouncement(incident=ONE)]
    async with house.store.reading() as unit:
        assert await unit.posts.where("announcement:1") == (HUB, "2.000001")


@ON_SQLITE
async def test_an_approval_card_that_comes_too_late_loses_its_buttons_at_once(house: House) -> None:
    await house.in_room()
    clearance = await approval_asked(house)
    await command.take(house.ports, incident=ONE, by=ADA)
    await freeze.approve(house.ports, clearance=clearance, by=ADA)
    await house.owed()
    owed = await goes_on(
        house,
        lambda u, p: room.approval_posted(
            u,
            p,
            incident=ONE,
            clearance=clearance,
            channel=ROOM,
            ts=Ts("3.000001"),
        ),
    )
    assert owed == [CloseApproval(incident=ONE, clearance=clearance, channel=ROOM, ts=Ts("3.000001"))]


# ------------------------------------------------------------------ people
@ON_SQLITE
async def test_who_could_not_be_invited_is_told_in_the_room(house: House) -> None:
    await house.in_room()
    refused = ((EVE, "guests may not do that"),)
    owed = await goes_on(house, lambda u, p: room.invited(u, p, incident=ONE, users=(BOB,), failed=refused))
    (told,) = owed
    assert isinstance(told, TellRoom)
    assert isinstance(told.about, PeopleInvited)
    assert told.about.failed == refused


@ON_SQLITE
async def test_people_who_came_in_are_written_down_in_silence(house: House) -> None:
    await house.in_room()
    owed = await goes_on(house, lambda u, p: room.invited(u, p, incident=ONE, users=(BOB, DEV), failed=()))
    assert owed == []
    assert (await house.entry("PeopleInvited"))["users"] == [BOB, DEV]


@ON_SQLITE
async def test_anybody_may_join(house: House) -> None:
    await house.in_room()
    await room.join(house.ports, incident=ONE, by=GUS)
    assert await house.owed() == [Invite(incident=ONE, users=(GUS,))]
    with pytest.raises(IncidentNotFound):
        await room.join(house.ports, incident=IncidentId(9), by=GUS)


# ------------------------------------------------------------------ ready to be worked on
STEPS: dict[str, Callable[[Unit, Ports], Awaitable[float | None]]] = {
    "invited": lambda u, p: room.invited(u, p, incident=ONE, users=(BOB,), failed=()),
    "card": lambda u, p: room.card_posted(u, p, incident=ONE, channel=ROOM, ts=CARD),
    "announced": lambda u, p: room.announced(u, p, incident=ONE, channel=HUB, ts=Ts("2.000002")),
}


async def steps_until_ready(house: House, *names: str) -> list[float | None]:
    """Let these steps of assembly happen ten seconds apart; what each says about readiness."""
    said: list[float | None] = []
    for name in names:
        house.clock.advance(timedelta(seconds=10))
        async with house.store.units() as unit:
            said.append(await STEPS[name](unit, house.ports))
            await unit.commit()
    return said


@ON_SQLITE
@pytest.mark.parametrize("order", list(permutations(("invited", "card", "announced"))), ids="-".join)
async def test_an_incident_is_ready_when_the_last_of_three_is_there(
    house: House, order: tuple[str, ...]
) -> None:
    """People invited, card posted, announced, in whatever order; and it is written down once."""
    await house.declared()
    await opened(house)
    assert await steps_until_ready(house, *order, *order) == [None, None, 30, None, None, None]
    assert (await house.entry("RoomReady"))["seconds"] == 30
    assert (await house.kinds()).count("RoomReady") == 1
    assert (await house.incident()).ready_at == house.clock.now() - timedelta(seconds=30)


@ON_SQLITE
async def test_without_a_room_nobody_has_to_be_let_in(house: House) -> None:
    await house.declared()
    await unavailable(house)
    assert await steps_until_ready(house, "announced", "card") == [None, 20]


# ------------------------------------------------------------------ failures
@pytest.mark.parametrize(
    ("commander", "asked"),
    [
        pytest.param(BOB, [BOB, FAY], id="the commander and who declared"),
        pytest.param(None, [ADA, FAY], id="the shift and who declared"),
    ],
)
@ON_SQLITE
async def test_a_failed_step_is_told_to_whoever_has_to_know(
    house: House, commander: UserId | None, asked: list[UserId]
) -> None:
    await house.in_room()
    if commander is not None:
        await command.take(house.ports, incident=ONE, by=commander)
        await house.owed()
    owed = await failed(house, AddBookmarks(incident=ONE))
    assert [e.user for e in owed if isinstance(e, TellPerson)] == asked
    said = await house.entry("StepFailed")
    assert (said["step"], said["reason"], said["delivery"]) == ("AddBookmarks", "no permission", "d-1")


async def test_a_failure_to_tell_about_a_failure_is_written_down_only(house: House) -> None:
    await house.in_room()
    (letter,) = [e for e in await failed(house, Announce(incident=ONE)) if e.user == ADA]  # type: ignore[attr-defined]  # letters all
    assert isinstance(letter, TellPerson)
    assert isinstance(letter.about, StepFailed)
    assert await failed(house, letter) == []
    assert (await house.entry("StepFailed"))["step"] == "TellPerson"
    assert (await house.kinds()).count("StepFailed") == 2


@ON_SQLITE
async def test_a_room_that_cannot_be_made_is_not_a_failed_step(house: House) -> None:
    """Its story goes on in the hub, and people are told that instead."""
    await declared(house)
    assert not any(isinstance(e, OpenRoom) for e in await unavailable(house))
    assert "StepFailed" not in await house.kinds()
