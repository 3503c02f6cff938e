"""A second word: asked for once, given, refused, left to silence; and what is done then, once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from playbooks.catalogue import Catalogue, Party
from playbooks.domain.effects import OpenRoom, TellPerson
from playbooks.domain.errors import (
    AlreadyDecided,
    AwaitsWord,
    CannotCommand,
    CoSignNeeded,
    NotYourRole,
    ProtocolError,
    RuledOut,
)
from playbooks.domain.handbook import Handbook
from playbooks.domain.ids import PROTOCOL, IncidentId, UserId
from playbooks.domain.incident import Incident, Major, ResolutionCode, State
from playbooks.domain.signature import Signature, SignatureState
from playbooks.domain.statement import Audience, StatementClass, StatementStatus
from playbooks.governance import Act, Governance
from playbooks.protocol import command, communicate, cosign, declare, drills, freeze, glass, merge, resolve
from tests.protocol.conftest import ADA, BOB, CLEO, DEV, GUS, ON_SQLITE, House

ONE, TWO = IncidentId(1), IncidentId(2)


def ruled(house: House, **rules: Any) -> House:
    """The same house under other rules."""
    book = house.ports.handbook()
    world = book.catalogue.model_copy(update={"governance": Governance.model_validate(rules)})
    assert isinstance(world, Catalogue)
    now: Handbook = replace(book, catalogue=world)
    return replace(house, ports=replace(house.ports, handbook=lambda: now))


async def commanded(house: House, **rules: Any) -> House:
    await house.in_room(service="payments")
    await command.take(house.ports, incident=ONE, by=BOB)
    await house.owed()
    return ruled(house, **rules)


async def declared(
    house: House, service: str = "payments", drill: tuple[UserId, ...] | None = None
) -> Incident:
    return await declare.by_hand(
        house.ports,
        title=f"{service} fails",
        service=service,
        severity=1,
        by=BOB,
        drill=drill,
        despite=(ONE,),
    )


async def signatures(house: House, number: int = 1) -> list[Signature]:
    async with house.store.reading() as unit:
        return list(await unit.signatures.of(IncidentId(number)))


async def end(house: House, by: UserId = BOB, note: str = "rolled back") -> Incident:
    return await resolve.resolve(
        house.ports,
        incident=ONE,
        by=by,
        code=ResolutionCode.SOLUTION_PROVIDED,
        note=note,
        despite="it is over",
    )


async def told(house: House) -> list[tuple[str, UserId]]:
    return sorted(
        (type(effect.about).__name__, effect.user)
        for effect in await house.owed()
        if isinstance(effect, TellPerson) and type(effect.about).__name__.startswith("Signature")
    )


async def test_silence_lets_it_stand_after_the_veto_and_both_sides_hear_it(house: House) -> None:
    house = await commanded(house, model="federated", veto="3m")
    with pytest.raises(AwaitsWord, match=r"By rule G-default <@U0GUS> may agree or object.* it is done"):
        await end(house)
    assert await told(house) == [("SignatureAsked", GUS)]
    with pytest.raises(AwaitsWord, match="You asked to resolve the incident"):
        await end(house)
    with pytest.raises(AwaitsWord, match="<@U0BOB> asked already to resolve the incident"):
        await end(house, by=DEV)
    await house.pass_time(minutes=2, seconds=59)
    assert (await house.incident()).state is State.OPEN
    await house.pass_time(seconds=1)
    assert (await house.incident()).state is State.RESOLVED
    (given,) = await signatures(house)
    assert (given.state, given.ended_by) == (SignatureState.STOOD, PROTOCOL)
    assert await told(house) == [("SignatureGiven", BOB), ("SignatureGiven", GUS)]
    said = await house.entry("IncidentResolved")
    assert (said["by"], said["note"], said["governed_by"]) == (BOB, "rolled back", "G-default")
    assert (await house.entry("SignatureAsked"))["rule"] == "G-default"
    assert (await house.kinds()).count("SignatureAsked") == 1


@ON_SQLITE
async def test_silence_lets_it_lapse_where_the_rule_says_so(house: House) -> None:
    house = await commanded(house, model="federated", silence="lapses")
    with pytest.raises(AwaitsWord, match="nothing is done"):
        await end(house)
    await house.owed()
    await house.pass_time(minutes=5)
    assert (await house.incident()).state is State.OPEN
    assert await told(house) == [("SignatureLapsed", BOB), ("SignatureLapsed", GUS)]


@ON_SQLITE
async def test_the_centre_agrees_or_objects_once_and_nobody_else_may(house: House) -> None:
    house = await commanded(house, model="federated")
    with pytest.raises(AwaitsWord):
        await end(house)
    (asked,) = await signatures(house)
    await house.owed()
    for outsider in (BOB, CLEO):
        with pytest.raises(NotYourRole, match="Only <@U0GUS>, by rule G-default, can agree"):
            await cosign.agree(house.ports, signature=asked.id, by=outsider)
    with pytest.raises(ProtocolError, match="Say why not"):
        await cosign.veto(house.ports, signature=asked.id, by=GUS, reason=" ")
    refused = await cosign.veto(house.ports, signature=asked.id, by=GUS, reason="users still fail")
    assert refused.state is SignatureState.VETOED
    assert await told(house) == [("SignatureRefused", BOB)]
    assert (await house.entry("SignatureRefused"))["reason"] == "users still fail"
    with pytest.raises(AlreadyDecided):
        await cosign.agree(house.ports, signature=asked.id, by=GUS)
    await house.pass_time(hours=1)
    assert (await house.incident()).state is State.OPEN

    with pytest.raises(AwaitsWord):
        await end(house, note="failed over")
    again = (await signatures(house))[-1]
    given = await cosign.agree(house.ports, signature=again.id, by=GUS)
    assert given.state is SignatureState.AGREED
    assert (await house.entry("IncidentResolved"))["note"] == "failed over"
    assert (await house.incident()).state is State.RESOLVED


async def test_what_is_agreed_to_is_checked_again_and_lapses_if_it_cannot_be_done(house: House) -> None:
    house = await commanded(house, model="federated", acts={"resolve": {"model": "federated"}})
    with pytest.raises(AwaitsWord):
        await end(house)
    (asked,) = await signatures(house)
    await resolve.resolve(
        house.ports,
        incident=ONE,
        by=GUS,
        code=ResolutionCode.SOLUTION_PROVIDED,
        note="it is over",
        despite="I know",
    )
    (lapsed,) = await signatures(house)
    assert (lapsed.state, lapsed.reason) == (SignatureState.LAPSED, "the incident is over")

    await resolve.reopen(house.ports, incident=ONE, by=GUS, reason="it came back")
    with pytest.raises(AwaitsWord):
        await end(house)
    house = ruled(house, model="centralised")
    asked = (await signatures(house))[-1]
    late = await cosign.agree(house.ports, signature=asked.id, by=GUS)
    assert late.state is SignatureState.LAPSED
    assert "By rule G-default only <@U0GUS> can resolve" in late.reason
    assert (await house.incident()).state is State.OPEN


@ON_SQLITE
async def test_a_broken_glass_waits_for_nobody(house: House) -> None:
    house = await commanded(house, model="centralised")
    with pytest.raises(RuledOut, match="By rule G-default only <@U0GUS> can resolve the incident"):
        await end(house, by=ADA)
    refused = await house.entry("ActRefused")
    assert (refused["by"], refused["rule"]) == (ADA, "G-default")
    await glass.shatter(house.ports, incident=ONE, by=ADA, reason="gus does not answer")
    assert (await end(house, by=ADA)).state is State.RESOLVED
    assert (await house.entry("IncidentResolved"))["governed_by"] == "G-default"


@ON_SQLITE
async def test_command_waits_for_the_centre_and_the_seat_is_never_lost_for_it(house: House) -> None:
    await house.in_room(service="payments")
    await house.owed()
    house = ruled(house, acts={"command": {"model": "federated", "veto": "1m"}})
    with pytest.raises(AwaitsWord, match="You asked to take command"):
        await command.take(house.ports, incident=ONE, by=BOB)
    await house.pass_time(minutes=1)
    taken = await house.entry("CommandTaken")
    assert (taken["commander"], taken["governed_by"]) == (BOB, "G-default.command")

    await command.take(house.ports, incident=ONE, by=DEV)
    assert (await house.kinds()).count("CommandContested") == 1
    assert len(await signatures(house)) == 1, "a dispute has its own second word"


@ON_SQLITE
async def test_whoever_took_the_seat_meanwhile_keeps_it(house: House) -> None:
    await house.in_room(service="payments")
    house = ruled(house, acts={"command": {"model": "federated"}})
    with pytest.raises(AwaitsWord):
        await command.take(house.ports, incident=ONE, by=BOB)
    await command.take(house.ports, incident=ONE, by=GUS)
    await house.pass_time(minutes=5)
    (lapsed,) = await signatures(house)
    assert lapsed.state is SignatureState.LAPSED
    assert "<@U0GUS> took command" in lapsed.reason
    assert (await house.kinds()).count("CommandTaken") == 1


async def test_a_declaration_is_heard_at_once_and_declared_when_nobody_objects(house: House) -> None:
    house = ruled(house, model="centralised", veto="2m")
    proposed = await declared(house)
    assert proposed.major is Major.PROPOSED
    assert sorted(await house.told()) == ["PostCandidate", "TellPerson"]
    with pytest.raises(AwaitsWord, match="<@U0BOB> asked already to declare this incident"):
        await declare.accept(house.ports, incident=ONE, by=DEV)
    with pytest.raises(RuledOut, match=r"By rule G-default only <@U0GUS> or <@U0BOB> can turn it down"):
        await declare.reject(house.ports, incident=ONE, by=DEV, reason="no")
    await house.pass_time(minutes=2)
    now = await house.incident()
    assert (now.major, now.declared_by) == (Major.ACCEPTED, BOB)
    assert (await house.entry("IncidentDeclared"))["governed_by"] == "G-default"
    assert OpenRoom(incident=ONE) in await house.owed()


@ON_SQLITE
@pytest.mark.parametrize("by", [GUS, BOB])
async def test_a_declaration_is_turned_down_by_the_centre_or_taken_back(house: House, by: UserId) -> None:
    house = ruled(house, acts={"declare": {"model": "federated"}})
    await declared(house)
    await declare.reject(house.ports, incident=ONE, by=by, reason="a drill next door")
    await house.pass_time(hours=1)
    assert (await house.incident()).major is Major.REJECTED
    (ended,) = await signatures(house)
    assert ended.state is (SignatureState.VETOED if by == GUS else SignatureState.LAPSED)


@ON_SQLITE
async def test_the_centre_declares_by_the_button_of_the_question(house: House) -> None:
    house = ruled(house, acts={"declare": {"model": "federated"}})
    await declared(house)
    accepted = await declare.accept(house.ports, incident=ONE, by=GUS)
    assert (accepted.major, accepted.declared_by) == (Major.ACCEPTED, GUS)
    assert [one.state for one in await signatures(house)] == [SignatureState.AGREED]


@ON_SQLITE
async def test_a_drill_is_rehearsed_by_anybody_and_made_real_by_the_centre(house: House) -> None:
    house = ruled(house, acts={"declare": {"model": "federated"}})
    drill = await declared(house, drill=())
    assert drill.major is Major.ACCEPTED
    with pytest.raises(
        CoSignNeeded, match=r"By rule G-default.declare you cannot declare an incident without"
    ):
        await drills.become_real(house.ports, incident=ONE, by=BOB, reason="it is")
    assert (await drills.become_real(house.ports, incident=ONE, by=GUS, reason="it is")).drill is None


@ON_SQLITE
async def test_a_statement_waits_for_the_centre_before_anybody_outside_reads_it(house: House) -> None:
    house = await commanded(house, services={"payments": {"acts": {"release": {"model": "federated"}}}})
    stated = await communicate.state(
        house.ports, incident=ONE, by=DEV, kind=StatementClass.IMPACT, text="30 % of users cannot pay"
    )
    with pytest.raises(AwaitsWord, match=r"You asked to release statement 1. By rule G-payments.release"):
        await communicate.release(house.ports, statement=stated.id, by=BOB)
    async with house.store.reading() as unit:
        (kept,) = await unit.statements.of(ONE)
    assert kept.status is StatementStatus.ASSERTED
    (asked,) = await signatures(house)
    await cosign.agree(house.ports, signature=asked.id, by=GUS)
    async with house.store.reading() as unit:
        (kept,) = await unit.statements.of(ONE)
    assert (kept.status, kept.reach) == (StatementStatus.RELEASED, Audience.STAKEHOLDER)


@ON_SQLITE
async def test_lifting_the_freeze_is_an_exemption_of_everything(house: House) -> None:
    house = await commanded(house, acts={"exempt": {"model": "federated", "veto": "1m"}})
    with pytest.raises(AwaitsWord, match="You asked to lift the freeze"):
        await freeze.thaw(house.ports, incident=ONE, by=BOB, reason="the fix must out")
    await house.pass_time(minutes=1)
    lifted = await house.entry("FreezeLifted")
    assert (lifted["by"], lifted["reason"], lifted["governed_by"]) == (
        BOB,
        "the fix must out",
        "G-default.exempt",
    )


async def test_what_waits_in_an_incident_that_is_merged_lapses(house: House) -> None:
    house = await commanded(house)
    await declared(house, service="search")
    await command.take(house.ports, incident=TWO, by=BOB)
    house = ruled(house, model="federated")
    with pytest.raises(AwaitsWord):
        await resolve.resolve(
            house.ports,
            incident=TWO,
            by=BOB,
            code=ResolutionCode.SOLUTION_PROVIDED,
            note="over",
            despite="I know",
        )
    await merge.merge(house.ports, incident=TWO, into=ONE, by=BOB, reason="one disk")
    (lapsed,) = await signatures(house, 2)
    assert (lapsed.state, lapsed.reason) == (SignatureState.LAPSED, "the incident is part of INC-1 now")


@ON_SQLITE
async def test_command_is_not_handed_to_whom_a_contract_keeps_from_it(house: House) -> None:
    house = await commanded(house)
    book = house.ports.handbook()
    parties = {**book.catalogue.parties, "payments": Party(title="Payments team", may=(Act.RESOLVE,))}
    limited = replace(book, catalogue=book.catalogue.model_copy(update={"parties": parties}))
    house = replace(house, ports=replace(house.ports, handbook=lambda: limited))
    with pytest.raises(CannotCommand, match=r"rule G-payments.contract does not let them"):
        await command.offer(house.ports, incident=ONE, to=CLEO, by=BOB)
    with pytest.raises(RuledOut, match=r"By rule G-payments.contract only <@U0GUS> can take command"):
        await command.take(house.ports, incident=ONE, by=CLEO)
    await command.offer(house.ports, incident=ONE, to=ADA, by=BOB)
