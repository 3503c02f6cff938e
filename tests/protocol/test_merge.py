"""One outage ends up with one incident, and nobody's incident is taken away in silence."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from playbooks.domain.change import Decision
from playbooks.domain.effects import Invite, TellPerson, TellRoom
from playbooks.domain.errors import AlreadyDecided, IncidentOver, NotNeeded, NotYourRole
from playbooks.domain.events import ApprovalWithdrawn
from playbooks.domain.ids import IncidentId, MergeId
from playbooks.domain.incident import Incident, Major, ResolutionCode, State
from playbooks.domain.merging import MergeState, stronger
from playbooks.protocol import command, declare, find, freeze, merge, report
from playbooks.protocol.gate import ask
from tests.clock import START
from tests.protocol.conftest import ADA, BOB, CLEO, DEV, FAY, GUS, ON_SQLITE, House, signal
from tests.protocol.test_freeze import REMEDY

ONE, TWO = IncidentId(1), IncidentId(2)


async def another(house: House, service: str = "payments", severity: int = 2) -> Incident:
    """A second incident, declared because somebody believed it to be something else."""
    return await declare.by_hand(
        house.ports, title="Cards are refused", service=service, severity=severity, by=DEV, despite=(ONE,)
    )


async def two(house: House) -> None:
    """Two incidents; Ada commands the first, Bob the second."""
    await house.in_room()
    house.clock.advance(timedelta(minutes=10))
    await another(house)
    await command.take(house.ports, incident=ONE, by=ADA)
    await command.take(house.ports, incident=TWO, by=BOB)
    await house.owed()


async def proposed(house: House) -> MergeId:
    """Bob, who commands the second, asks whether it is part of the first."""
    asked = await merge.merge(house.ports, incident=TWO, into=ONE, by=BOB, reason="one pool of workers")
    assert asked is not None
    return asked.id


async def test_a_candidate_is_merged_at_a_press(house: House) -> None:
    await house.declared(service="hr-portal", severity=2)
    await house.hears(signal("checkout", at=START))
    await house.pass_time(minutes=10)
    assert (await house.incident(2)).major is Major.PROPOSED
    await report.file(house.ports, service="checkout", text="My card is refused", by=CLEO)
    await house.owed()
    assert await merge.merge(house.ports, incident=TWO, into=ONE, by=FAY) is None
    gone, survivor = await house.incident(2), await house.incident(1)
    assert (gone.state, gone.major, gone.merged_into) == (State.MERGED, Major.NONE, 1)
    assert survivor.impacted == ("hr-portal", "checkout")
    assert survivor.detected_at == START
    picture = await find.picture(house.ports, incident=ONE)
    assert (len(picture.episodes), len(picture.reports)) == (1, 1)
    await house.pass_time(hours=1)
    assert [i.state for i in await house.incidents()] == [State.OPEN, State.MERGED], "it is not asked again"
    with pytest.raises(AlreadyDecided):
        await declare.accept(house.ports, incident=TWO, by=BOB)


async def test_two_that_people_work_on_need_both_commanders(house: House) -> None:
    await two(house)
    merger = await proposed(house)
    assert (await house.incident(2)).state is State.OPEN
    owed = await house.owed()
    assert {e.user for e in owed if isinstance(e, TellPerson)} == {ADA, BOB}
    assert {e.incident for e in owed if isinstance(e, TellRoom)} == {1}, "the other room is not open yet"
    agreed = await merge.agree(house.ports, merger=merger, by=ADA)
    assert agreed.state is MergeState.MERGED
    gone, survivor = await house.incident(2), await house.incident(1)
    assert (gone.state, gone.merged_into, gone.resolution) == (State.MERGED, 1, ResolutionCode.DUPLICATE)
    assert survivor.impacted == ("checkout", "payments")
    current = await find.picture(house.ports, incident=ONE)
    assert current.tenure is not None
    assert current.tenure.user == ADA, "the survivor keeps its commander"
    owed = await house.owed()
    assert any(isinstance(e, Invite) and BOB in e.users and e.incident == 1 for e in owed)


@ON_SQLITE
async def test_what_was_promised_by_the_merged_one_ends(house: House) -> None:
    await two(house)
    await merge.agree(house.ports, merger=await proposed(house), by=ADA)
    gone = await find.picture(house.ports, incident=TWO)
    assert (gone.due, gone.freeze_is_on) == (None, False)
    assert {str(reading.state) for reading in gone.readings} <= {"canceled"}
    kinds = await house.kinds(2)
    assert kinds[-1] == "IncidentMerged"
    assert "FreezeLifted" in kinds
    await house.owed()
    await house.pass_time(hours=3)
    assert await house.kinds(2) == kinds, "no alarm rings for it any more"


@ON_SQLITE
async def test_clocks_run_on_from_the_earlier_beginning(house: House) -> None:
    await house.declared(service="hr-portal", severity=3)
    house.clock.advance(timedelta(hours=1))
    await declare.by_hand(house.ports, title="Payments", service="payments", severity=1, by=DEV)
    await command.take(house.ports, incident=ONE, by=ADA)
    await command.take(house.ports, incident=TWO, by=ADA)
    house.clock.advance(timedelta(hours=1))
    done = await merge.merge(house.ports, incident=TWO, into=ONE, by=ADA)
    assert done is not None
    assert done.state is MergeState.MERGED, "who commands both need not ask anybody"
    survivor = await find.picture(house.ports, incident=ONE)
    assert (survivor.incident.severity, survivor.incident.impact_started_at) == (1, START)
    assert survivor.freeze_is_on
    assert [r.elapsed for r in survivor.readings if r.agreement == "gold-restore"] == [timedelta(hours=2)]


@ON_SQLITE
async def test_one_refusal_keeps_them_apart(house: House) -> None:
    await two(house)
    merger = await proposed(house)
    with pytest.raises(NotYourRole, match="the commanders of both"):
        await merge.keep_apart(house.ports, merger=merger, by=CLEO)
    await merge.keep_apart(house.ports, merger=merger, by=ADA)
    with pytest.raises(AlreadyDecided):
        await merge.agree(house.ports, merger=merger, by=ADA)
    assert [i.state for i in await house.incidents()] == [State.OPEN, State.OPEN]
    assert (await house.kinds(1))[-1] == (await house.kinds(2))[-1] == "MergeDeclined"


@ON_SQLITE
async def test_silence_changes_nothing(house: House) -> None:
    await two(house)
    merger = await proposed(house)
    await house.pass_time(minutes=10)
    assert (await house.entry("MergeDeclined", 2))["reason"] == "not both agreed in time"
    assert [i.state for i in await house.incidents()] == [State.OPEN, State.OPEN]
    with pytest.raises(AlreadyDecided):
        await merge.agree(house.ports, merger=merger, by=ADA)


@ON_SQLITE
async def test_only_who_leads_may_agree(house: House) -> None:
    await two(house)
    merger = await proposed(house)
    with pytest.raises(NotYourRole):
        await merge.agree(house.ports, merger=merger, by=GUS)
    assert (await merge.agree(house.ports, merger=merger, by=BOB)).state is MergeState.ASKED


@ON_SQLITE
async def test_where_nobody_commands_a_duty_manager_agrees(house: House) -> None:
    await house.declared()
    await another(house)
    asked = await merge.merge(house.ports, incident=TWO, into=ONE, by=CLEO)
    assert asked is not None
    assert asked.agreed == ()
    assert (await merge.agree(house.ports, merger=asked.id, by=GUS)).state is MergeState.MERGED


@ON_SQLITE
async def test_alerts_that_join_two_incidents_raise_the_question_once(house: House) -> None:
    """The disks under both alert: it is one outage, but people work on two."""
    await house.declared(service="reporting", severity=2)
    await house.hears(signal("reporting", at=START, severity=3))
    await declare.by_hand(
        house.ports, title="Payments", service="payments", severity=2, by=DEV, despite=(ONE,)
    )
    await house.hears(signal("payments", at=START, severity=3))
    await house.pass_time(minutes=1)
    for minute in (2, 3):
        await house.hears(signal("orders-db", at=house.clock.now(), severity=2, name=f"Slow{minute}"))
        await house.pass_time(minutes=1)
    assert (await house.kinds(1)).count("MergeProposed") == 1
    assert (await house.entry("MergeProposed", 2))["by"] == "monitoring"
    assert [i.state for i in await house.incidents()] == [State.OPEN, State.OPEN]


async def two_questions(house: House) -> None:
    """Web and payments alert for themselves; neither needs the other directly."""
    await house.hears(signal("web", at=START), signal("payments", at=START + timedelta(minutes=1)))
    await house.pass_time(minutes=11)
    assert [i.major for i in await house.incidents()] == [Major.PROPOSED, Major.PROPOSED]
    await house.owed()


async def the_link_alerts(house: House) -> None:
    """Checkout, which stands between them, alerts too: it is one outage."""
    await house.hears(signal("checkout", at=house.clock.now(), severity=2))


async def test_two_questions_about_one_outage_become_one(house: House) -> None:
    await two_questions(house)
    await the_link_alerts(house)
    stays, gone = await house.incidents()
    assert (gone.state, gone.major, gone.merged_into) == (State.MERGED, Major.NONE, ONE)
    assert stays.major is Major.PROPOSED
    assert set(stays.impacted) == {"web", "payments", "checkout"}
    asked = await house.entry("CandidateProposed")
    assert {e["service"] for e in asked["evidence"]} == {"web", "payments"}
    assert asked["decide_by"].startswith("2026-03-02T09:20"), "the earlier deadline stays"
    assert [type(e).__name__ for e in await house.owed()].count("PostCandidate") == 1
    picture = await find.picture(house.ports, incident=ONE)
    assert len(picture.episodes) == 3
    await house.pass_time(hours=1)
    assert [i.state for i in await house.incidents()] == [State.OPEN, State.MERGED], "one is declared"
    assert (await house.incident(1)).major is Major.ACCEPTED


@ON_SQLITE
async def test_a_question_about_an_accepted_outage_joins_it(house: House) -> None:
    await two_questions(house)
    await declare.accept(house.ports, incident=TWO, by=BOB)
    await house.owed()
    await the_link_alerts(house)
    gone, stays = await house.incidents()
    assert (gone.state, gone.merged_into) == (State.MERGED, TWO)
    assert stays.impacted == ("payments", "web", "checkout"), "accepted goes before older"
    assert (await house.entry("IncidentAbsorbed", 2))["by"] == "monitoring"
    assert any(isinstance(e, Invite) for e in await house.owed()), "who leads the new services comes"


@ON_SQLITE
async def test_two_questions_keep_the_stronger_rule(house: House) -> None:
    """The rule that stands earlier in the playbook; what no rule asked, or one that is gone, is weakest."""
    one = await house.declared()
    order = ["storm", "alone"]
    storm, alone, gone = (replace(one, rule=rule) for rule in ("storm", "alone", "gone"))
    assert stronger(alone, storm, order=order) is stronger(storm, alone, order=order) is storm
    assert stronger(gone, alone, order=order) is alone
    assert stronger(one, gone, order=order) is one


async def asked_in_the_second(house: House, **rest: object) -> None:
    """A change that remedies INC-2 waits for its commander."""
    await two(house)
    await ask(house.ports, question=replace(REMEDY, remedies=TWO, services=("payments",), **rest))  # type: ignore[arg-type]  # fields as given
    await house.owed()


async def test_what_waits_in_a_merged_incident_follows_to_the_survivor(house: House) -> None:
    await asked_in_the_second(house, requester="U0DEV")
    await merge.agree(house.ports, merger=await proposed(house), by=ADA)
    there = await find.picture(house.ports, incident=ONE)
    gone = await find.picture(house.ports, incident=TWO)
    assert ([c.ref for c in there.pending], gone.pending) == (["CHG-1"], ())
    assert (await house.entry("ApprovalWithdrawn", 2))["asked_there"] is True
    told = [e for e in await house.owed() if isinstance(e, TellPerson) and e.user == DEV]
    assert any(isinstance(e.about, ApprovalWithdrawn) for e in told)
    await freeze.approve(house.ports, clearance=there.pending[0].id, by=ADA)
    answer = await ask(house.ports, question=replace(REMEDY, remedies=TWO, services=("payments",)))
    assert answer.verdict.decision is Decision.ALLOW, "a remedy of the part is one of the whole"


@ON_SQLITE
async def test_what_the_survivor_does_not_hold_need_not_wait(house: House) -> None:
    await asked_in_the_second(house, requester="a bot")
    await freeze.thaw(house.ports, incident=ONE, by=ADA, reason="only the second is left")
    await merge.agree(house.ports, merger=await proposed(house), by=ADA)
    assert (await find.picture(house.ports, incident=ONE)).pending == ()
    assert (await house.entry("ApprovalWithdrawn", 2))["asked_there"] is False


@ON_SQLITE
async def test_what_cannot_be_merged_says_why(house: House) -> None:
    await house.in_room()
    with pytest.raises(NotNeeded, match="Name the other incident"):
        await merge.merge(house.ports, incident=ONE, into=ONE, by=ADA)
    await declare.by_hand(
        house.ports, title="It burns", service="checkout", severity=2, by=DEV, env="staging"
    )
    with pytest.raises(NotNeeded, match="two things"):
        await merge.merge(house.ports, incident=TWO, into=ONE, by=ADA)
    third = await another(house, service="hr-portal")
    await command.take(house.ports, incident=ONE, by=ADA)
    await command.take(house.ports, incident=third.id, by=ADA)
    await merge.merge(house.ports, incident=third.id, into=ONE, by=ADA)
    with pytest.raises(IncidentOver):
        await merge.merge(house.ports, incident=third.id, into=ONE, by=ADA)
