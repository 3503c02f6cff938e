"""Proposing, and what silence, objections, a handover, a merger and the end make of it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from playbooks.domain.decision import DecisionState, Proposal
from playbooks.domain.effects import Effect, PostProposal, RedrawProposal, TellPerson, TellRoom
from playbooks.domain.errors import AlreadyDecided, IncidentOver, NotWelcome, NotYourRole
from playbooks.domain.ids import PROTOCOL, IncidentId, Ts, UserId
from playbooks.domain.incident import ResolutionCode
from playbooks.domain.person import Member
from playbooks.protocol import command, decisions, find, merge, people, resolve, room
from tests.clock import START
from tests.protocol.conftest import BOB, CLEO, DEV, FAY, GUS, ON_SQLITE, ROOM, House

ONE, TWO = IncidentId(1), IncidentId(2)
POST = Ts("5.000001")


async def commanded(house: House) -> None:
    await house.in_room()
    await command.take(house.ports, incident=ONE, by=BOB)
    await house.owed()


async def proposed(
    house: House, *, by: UserId = DEV, text: str = "roll back", options: tuple[str, ...] = ()
) -> Proposal:
    return await decisions.propose(house.ports, incident=ONE, by=by, text=text, options=options)


async def read(house: House, proposal: Proposal) -> None:
    """The post is in the room."""
    async with house.store.units() as unit:
        await decisions.posted(unit, house.ports, decision=proposal.id, channel=ROOM, ts=POST)
        await unit.commit()


async def now(house: House, proposal: Proposal) -> Proposal:
    return await decisions.find(house.ports, decision=proposal.id)


async def owed(house: House) -> list[Effect]:
    """What is owed about decisions; the room never gets a second post."""
    everything = await house.owed()
    told = [e for e in everything if isinstance(e, (TellPerson, TellRoom)) and _is_ours(e)]
    assert not [e for e in told if isinstance(e, TellRoom)]
    return [e for e in everything if e in told or isinstance(e, (PostProposal, RedrawProposal))]


def _is_ours(effect: TellPerson | TellRoom) -> bool:
    return type(effect.about).__name__.startswith("Decision")


async def test_silence_decides_what_the_room_could_read(house: House) -> None:
    await commanded(house)
    proposal = await proposed(house, options=("roll back", "fail over"), text="roll back / fail over")
    assert await owed(house) == [PostProposal(incident=ONE, decision=proposal.id)]
    await house.pass_time(minutes=10)
    assert (await now(house, proposal)).is_pending, "nobody could read it yet"
    await read(house, proposal)
    assert await owed(house) == []
    await house.pass_time(minutes=2)
    assert await owed(house) == [RedrawProposal(incident=ONE, decision=proposal.id, channel=ROOM, ts=POST)]
    decided = await now(house, proposal)
    assert (decided.state, decided.choice, decided.ended_by) == ("decided", "roll back", PROTOCOL)
    said = await house.entry("DecisionMade")
    assert (said["choice"], said["by"], said["objections"]) == ("roll back", PROTOCOL, [])
    await house.pass_time(hours=1)
    assert (await house.kinds()).count("DecisionMade") == 1


async def test_an_objection_puts_it_to_the_commander_who_decides_with_a_reason(house: House) -> None:
    await commanded(house)
    proposal = await proposed(house, options=("roll back", "fail over"), text="roll back / fail over")
    await read(house, proposal)
    await decisions.object_to(house.ports, decision=proposal.id, by=CLEO, reason="it loses orders")
    await owed(house)
    await house.pass_time(minutes=2)
    first = await owed(house)
    assert [e.user for e in first if isinstance(e, TellPerson)] == [BOB]
    await house.pass_time(minutes=5)
    assert [e.user for e in await owed(house) if isinstance(e, TellPerson)] == [GUS]
    await house.pass_time(hours=1)
    assert await owed(house) == []
    with pytest.raises(NotYourRole, match="the commander or a duty manager"):
        await decisions.decide(house.ports, decision=proposal.id, by=CLEO, reason="I say so")
    await decisions.decide(
        house.ports, decision=proposal.id, by=BOB, choice="fail over", reason="keeps the orders", fence=1
    )
    told = [e.user for e in await owed(house) if isinstance(e, TellPerson)]
    assert told == [DEV, CLEO], "whoever proposed it and whoever objected"
    said = await house.entry("DecisionMade")
    assert (said["choice"], said["reason"]) == ("fail over", "keeps the orders")
    assert said["objections"][0]["reason"] == "it loses orders"
    with pytest.raises(AlreadyDecided, match="<@U0BOB>"):
        await decisions.withdraw(house.ports, decision=proposal.id, by=DEV)


async def test_what_is_pending_is_in_the_brief_and_what_was_decided_in_the_post_mortem(house: House) -> None:
    await commanded(house)
    first, second = await proposed(house), await proposed(house, text="call the vendor", by=FAY)
    await decisions.decide(house.ports, decision=first.id, by=BOB, reason="no time")
    await read(house, second)
    await decisions.object_to(house.ports, decision=second.id, by=CLEO, reason="they are asleep")
    offered = await command.offer(house.ports, incident=ONE, to=FAY, by=BOB)
    assert offered.brief.pending_decisions == ("2 call the vendor: waits for you, 1 objection",)
    await resolve.resolve(
        house.ports, incident=ONE, by=BOB, code=ResolutionCode.SOLUTION_PROVIDED, note="rolled back"
    )
    lapsed = await now(house, second)
    assert (lapsed.state, lapsed.reason) == (DecisionState.LAPSED, "the incident is over")
    assert RedrawProposal(incident=ONE, decision=second.id, channel=ROOM, ts=POST) in await owed(house)
    review = (await find.picture(house.ports, incident=ONE)).review
    assert review is not None
    assert "Decided by @bob: roll back. no time" in review.body.partition("## Timeline")[2]
    assert "by @bob: roll back, because no time" in review.body.partition("## Response")[2]
    await house.pass_time(hours=1)
    assert "DecisionWaits" not in await house.kinds()
    with pytest.raises(IncidentOver):
        await proposed(house)


async def test_what_is_pending_lapses_when_the_incident_is_merged(house: House) -> None:
    await commanded(house)
    await house.declared(service="payments", title="Cards are refused", severity=2)
    proposal = await proposed(house)
    await read(house, proposal)
    asked = await merge.merge(house.ports, incident=ONE, into=TWO, by=BOB)
    assert asked is not None
    await merge.agree(house.ports, merger=asked.id, by=GUS)
    assert (await now(house, proposal)).state is DecisionState.LAPSED
    assert (await house.entry("DecisionLapsed"))["reason"] == "the incident is part of INC-2 now"
    await house.pass_time(minutes=3)
    assert "DecisionMade" not in await house.kinds()


@ON_SQLITE
async def test_what_was_proposed_before_there_was_a_room_is_shown_once_there_is_one(house: House) -> None:
    await house.declared()
    proposal = await proposed(house)
    assert await owed(house) == []
    async with house.store.units() as unit:
        await room.opened(unit, house.ports, incident=ONE, room=ROOM, name="inc-1-checkout")
        await unit.commit()
    assert PostProposal(incident=ONE, decision=proposal.id) in await owed(house)


@ON_SQLITE
async def test_what_happened_before_the_post_was_there_is_drawn_at_once(house: House) -> None:
    await commanded(house)
    proposal = await proposed(house)
    await decisions.withdraw(house.ports, decision=proposal.id, by=DEV)
    await owed(house)
    await read(house, proposal)
    assert await owed(house) == [RedrawProposal(incident=ONE, decision=proposal.id, channel=ROOM, ts=POST)]
    await house.pass_time(minutes=5)
    assert (await now(house, proposal)).state is DecisionState.WITHDRAWN


@ON_SQLITE
async def test_words_that_are_typed_again_are_one_proposal(house: House) -> None:
    await commanded(house)
    first = await proposed(house)
    assert (await proposed(house)).id == first.id
    house.clock.advance(timedelta(minutes=3))
    assert (await proposed(house)).number == 2


@ON_SQLITE
async def test_somebody_of_another_workspace_neither_proposes_nor_objects(house: House) -> None:
    await commanded(house)
    stranger = {"is_active": True, "is_bot": False, "is_guest": False, "is_stranger": True}
    await people.heard(house.ports, Member(id=CLEO, seen_at=START, **stranger))
    with pytest.raises(NotWelcome):
        await proposed(house, by=CLEO)
    proposal = await proposed(house)
    with pytest.raises(NotWelcome):
        await decisions.object_to(house.ports, decision=proposal.id, by=CLEO, reason="no")
    assert (await now(house, proposal)).objections == ()
