"""The gate answers, the commander decides, the thaw lets go: through the record, on both databases."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from playbooks.domain.change import ChangeType, Clearance, ClearanceState, Decision, Risk, Verdict
from playbooks.domain.effects import AskApproval, CloseApproval, TellPerson, TellRoom
from playbooks.domain.errors import (
    AlreadyDecided,
    NeedsWords,
    NotNeeded,
    NotYourRole,
    OwnChange,
    ProtocolError,
    SeatVacant,
    StaleCommand,
)
from playbooks.domain.events import FreezeLifted
from playbooks.domain.ids import ChannelId, ClearanceId, IncidentId, Ts, UserId
from playbooks.domain.incident import ResolutionCode
from playbooks.protocol import command, find, freeze, resolve, room
from playbooks.protocol.gate import GateQuestion, ask
from tests.clock import START
from tests.protocol.conftest import ADA, BOB, CLEO, DEV, FAY, GUS, ON_SQLITE, ROOM, House

ONE, TWO = IncidentId(1), IncidentId(2)
ROUTINE = GateQuestion(
    ref="CHG-1",
    kind=ChangeType.NORMAL,
    risk=Risk.LOW,
    services=("checkout",),
    env="production",
    digest="sha256:aa",
    op="run-1",
    op_started_at=None,
    remedies=None,
    rollback_of=None,
    title="Raise the pool",
    link="https://ci.example.com/1",
    requester="pipeline",
)
REMEDY = replace(ROUTINE, remedies=ONE)
"""A change that is meant to repair INC-1: the commander decides."""


async def asks(house: House, question: GateQuestion) -> tuple[str, list[str]]:
    """The gate's answer: its word and the codes of its reasons."""
    answer = await ask(house.ports, question=question)
    return answer.verdict.decision.word, [reason.code for reason in answer.verdict.reasons]


async def waiting(house: House) -> list[Clearance]:
    return list((await find.picture(house.ports, incident=ONE)).pending)


async def commanded(house: House, by: UserId = BOB) -> None:
    """INC-1 is open about checkout, with a room and a commander."""
    await house.in_room()
    await command.take(house.ports, incident=ONE, by=by)
    await house.owed()


async def asked(house: House, question: GateQuestion = REMEDY) -> ClearanceId:
    """INC-1 has a commander, and a change waits for their word."""
    await commanded(house)
    assert (await asks(house, question))[0] == "needs_approval"
    await house.owed()
    (clearance,) = await waiting(house)
    return clearance.id


async def held(house: House, number: int = 1) -> list[str]:
    return [hold.ref for hold in (await find.picture(house.ports, incident=IncidentId(number))).holds]


async def verdicts(house: House, ref: str = "CHG-1") -> list[Verdict]:
    async with house.store.reading() as unit:
        change = await unit.changes.with_ref(ref)
        assert change is not None
        return list(await unit.verdicts.of(change.id))


async def resolved(house: House, number: int = 1) -> None:
    await resolve.resolve(
        house.ports,
        incident=IncidentId(number),
        by=GUS,
        code=ResolutionCode.SOLUTION_PROVIDED,
        note="rolled back",
    )


# ------------------------------------------------------------------ the answer
@ON_SQLITE
@pytest.mark.parametrize(
    ("severity", "question", "word", "code"),
    [
        pytest.param(2, ROUTINE, "hold", "freeze_ring0", id="what is broken is not touched"),
        pytest.param(1, replace(ROUTINE, services=("web",)), "hold", "freeze_ring1", id="nor what needs it"),
        pytest.param(2, replace(ROUTINE, services=("web",)), "allow", "outside_ring1", id="if it is severe"),
        pytest.param(
            1,
            replace(ROUTINE, services=("hr-portal",), risk=Risk.HIGH),
            "hold",
            "freeze_ring3",
            id="great risk waits everywhere",
        ),
        pytest.param(
            1,
            replace(ROUTINE, services=("hr-portal", "payments-api")),
            "hold",
            "freeze_ring0",
            id="the nearest service decides",
        ),
        pytest.param(
            1,
            replace(REMEDY, risk=Risk.HIGH, kind=ChangeType.EMERGENCY),
            "needs_approval",
            "remedy",
            id="what may help is never held",
        ),
        pytest.param(
            1, replace(ROUTINE, rollback_of="CHG-0"), "needs_approval", "rollback", id="nor is a rollback"
        ),
        pytest.param(
            1,
            replace(ROUTINE, op_started_at=START - timedelta(minutes=1)),
            "needs_approval",
            "in_flight",
            id="what runs already is asked about",
        ),
        pytest.param(
            1,
            replace(ROUTINE, services=("hr-portal",), kind=ChangeType.EMERGENCY),
            "allow",
            "outside_emergency",
            id="an emergency elsewhere goes ahead",
        ),
        pytest.param(1, replace(ROUTINE, env="staging"), "allow", "non_production", id="not production"),
        pytest.param(1, replace(ROUTINE, services=("zzz",)), "hold", "freeze_ring0", id="a stranger"),
        pytest.param(3, ROUTINE, "allow", "no_freeze", id="a minor incident freezes nothing"),
    ],
)  # fmt: skip
async def test_what_the_gate_answers_during_an_incident(
    house: House, severity: int, question: GateQuestion, word: str, code: str
) -> None:
    await house.declared(severity=severity)
    decision, codes = await asks(house, question)
    assert (decision, codes[0]) == (word, code)


@ON_SQLITE
async def test_without_an_incident_every_change_goes_ahead(house: House) -> None:
    assert await asks(house, ROUTINE) == ("allow", ["no_freeze"])
    (verdict,) = await verdicts(house)
    assert verdict.valid_until == START + timedelta(minutes=10)


async def test_every_answer_is_kept_and_equal_questions_have_equal_digests(house: House) -> None:
    await house.declared()
    for _ in range(2):
        await asks(house, ROUTINE)
    one, two = await verdicts(house)
    assert one.decision is Decision.HOLD
    assert one.input_digest == two.input_digest


async def test_a_held_change_is_held_once_however_often_it_asks(house: House) -> None:
    await house.in_room()
    for _ in range(3):
        await asks(house, ROUTINE)
    assert await held(house) == ["CHG-1"]
    assert (await house.kinds()).count("ChangeHeld") == 1


async def test_pipelines_that_ask_at_the_same_moment_are_held_once(house: House) -> None:
    await house.in_room()
    answers = await asyncio.gather(*(asks(house, ROUTINE) for _ in range(4)))
    assert {word for word, _ in answers} == {"hold"}
    assert (await house.kinds()).count("ChangeHeld") == 1
    assert len(await verdicts(house)) == 4


@ON_SQLITE
async def test_a_change_that_asks_again_by_its_reference_touches_what_it_touched(house: House) -> None:
    await house.declared()
    await asks(house, replace(ROUTINE, services=("hr-portal", "zzz")))
    again = await ask(house.ports, question=replace(ROUTINE, services=()))
    assert (again.change.services, again.change.unknown_services) == (("hr-portal",), ("zzz",))
    assert again.verdict.decision is Decision.HOLD


@ON_SQLITE
async def test_an_unknown_reference_has_to_name_its_services(house: House) -> None:
    with pytest.raises(NeedsWords, match="CHG-1"):
        await asks(house, replace(ROUTINE, services=()))


# ------------------------------------------------------------------ asking the commander
async def test_the_commander_is_asked_once(house: House) -> None:
    await commanded(house)
    await asks(house, REMEDY)
    (clearance,) = await waiting(house)
    owed = await house.owed()
    assert AskApproval(incident=ONE, clearance=clearance.id) in owed
    assert [e.user for e in owed if isinstance(e, TellPerson)] == [BOB]
    await asks(house, REMEDY)
    assert len(await waiting(house)) == 1
    assert await house.told(AskApproval) == []


async def test_pipelines_that_need_approval_at_the_same_moment_ask_once(house: House) -> None:
    await commanded(house)
    await asyncio.gather(*(asks(house, REMEDY) for _ in range(4)))
    assert len(await waiting(house)) == 1
    assert (await house.kinds()).count("ApprovalAsked") == 1


@ON_SQLITE
async def test_while_nobody_commands_the_shift_is_asked(house: House) -> None:
    await house.in_room()
    await asks(house, REMEDY)
    assert [e.user for e in await house.owed() if isinstance(e, TellPerson)] == [ADA, FAY]


async def test_an_approved_change_goes_ahead_and_the_room_hears_it(house: House) -> None:
    clearance = await asked(house)
    approved = await freeze.approve(house.ports, clearance=clearance, by=BOB)
    assert (approved.decided_by, approved.expires_at) == (BOB, START + timedelta(hours=1))
    await house.owed()
    assert await asks(house, REMEDY) == ("allow", ["approved"])
    (told,) = [e for e in await house.owed() if isinstance(e, TellRoom)]
    assert type(told.about).__name__ == "ChangeAllowed"
    assert await asks(house, REMEDY) == ("allow", ["approved"])
    assert (await house.kinds()).count("ChangeAllowed") == 1


async def test_an_approval_is_good_for_one_operation(house: House) -> None:
    clearance = await asked(house)
    await freeze.approve(house.ports, clearance=clearance, by=BOB)
    assert (await asks(house, REMEDY))[0] == "allow"
    assert (await asks(house, replace(REMEDY, op="run-2")))[0] == "needs_approval"
    assert len(await waiting(house)) == 1


@ON_SQLITE
async def test_an_approval_is_about_one_artefact(house: House) -> None:
    clearance = await asked(house)
    await freeze.approve(house.ports, clearance=clearance, by=BOB)
    assert (await asks(house, replace(REMEDY, digest="sha256:bb")))[0] == "needs_approval"
    assert [c.digest for c in await waiting(house)] == ["sha256:bb"]
    assert (await asks(house, REMEDY))[0] == "allow"


@ON_SQLITE
async def test_an_approval_expires_and_is_asked_for_anew(house: House) -> None:
    clearance = await asked(house)
    await freeze.approve(house.ports, clearance=clearance, by=BOB)
    house.clock.advance(timedelta(minutes=59, seconds=59))
    assert (await asks(house, replace(REMEDY, op="late")))[0] == "allow"
    house.clock.advance(timedelta(seconds=1))
    assert (await asks(house, replace(REMEDY, op="late")))[0] == "needs_approval"
    assert len(await waiting(house)) == 1


async def test_a_denied_change_is_held_and_another_artefact_may_ask(house: House) -> None:
    clearance = await asked(house)
    await freeze.deny(house.ports, clearance=clearance, by=BOB, reason=" not now ")
    assert (await house.entry("ChangeDenied"))["reason"] == "not now"
    assert await asks(house, REMEDY) == ("hold", ["denied"])
    assert await held(house) == ["CHG-1"]
    assert await waiting(house) == []
    assert (await asks(house, replace(REMEDY, digest="sha256:bb")))[0] == "needs_approval"


@ON_SQLITE
async def test_a_change_that_may_go_ahead_is_not_held_any_more(house: House) -> None:
    await commanded(house)
    await asks(house, ROUTINE)
    assert await held(house) == ["CHG-1"]
    await asks(house, REMEDY)
    (clearance,) = await waiting(house)
    await freeze.approve(house.ports, clearance=clearance.id, by=BOB)
    await asks(house, REMEDY)
    assert await held(house) == []
    assert [hold.ref for hold in await freeze.thaw(house.ports, incident=ONE, by=BOB, reason="")] == []


async def test_two_presses_at_the_same_moment_decide_once(house: House) -> None:
    clearance = await asked(house)
    outcomes = await asyncio.gather(
        freeze.approve(house.ports, clearance=clearance, by=BOB),
        freeze.deny(house.ports, clearance=clearance, by=BOB),
        return_exceptions=True,
    )
    (refusal,) = [o for o in outcomes if isinstance(o, BaseException)]
    assert isinstance(refusal, AlreadyDecided)
    assert "CHG-1 was already decided by <@U0BOB>" in str(refusal)
    kinds = await house.kinds()
    assert kinds.count("ChangeApproved") + kinds.count("ChangeDenied") == 1


@ON_SQLITE
@pytest.mark.parametrize(
    ("by", "fence", "refusal"),
    [
        pytest.param(DEV, None, NotYourRole, id="somebody else"),
        pytest.param(GUS, None, NotYourRole, id="not even the duty manager"),
        pytest.param(BOB, 1, StaleCommand, id="who commanded before, with the button of that time"),
        pytest.param(ADA, 1, StaleCommand, id="the commander, with a button of an earlier command"),
        pytest.param(BOB, None, NotYourRole, id="who commanded before"),
    ],
)
async def test_only_the_commander_of_now_decides(
    house: House, by: UserId, fence: int | None, refusal: type[ProtocolError]
) -> None:
    clearance = await asked(house)
    offered = await command.offer(house.ports, incident=ONE, to=ADA, by=BOB)
    await command.accept(house.ports, handover=offered.id, by=ADA)
    for decide in (freeze.approve, freeze.deny):
        with pytest.raises(refusal):
            await decide(house.ports, clearance=clearance, by=by, fence=fence)
    assert [c.state for c in await waiting(house)] == [ClearanceState.ASKED]
    approved = await freeze.approve(house.ports, clearance=clearance, by=ADA, fence=2)
    assert approved.state is ClearanceState.APPROVED


@ON_SQLITE
async def test_a_vacant_seat_decides_nothing(house: House) -> None:
    await house.in_room()
    await asks(house, REMEDY)
    (clearance,) = await waiting(house)
    with pytest.raises(SeatVacant):
        await freeze.approve(house.ports, clearance=clearance.id, by=BOB)


@ON_SQLITE
async def test_nobody_approves_their_own_change(house: House) -> None:
    clearance = await asked(house, replace(REMEDY, requester=str(BOB)))
    with pytest.raises(OwnChange):
        await freeze.approve(house.ports, clearance=clearance, by=BOB)


@ON_SQLITE
async def test_a_decision_takes_the_buttons_off_the_card(house: House) -> None:
    clearance = await asked(house)
    async with house.store.units() as unit:
        await room.approval_posted(
            unit, house.ports, incident=ONE, clearance=clearance, channel=ROOM, ts=Ts("9.000001")
        )
        await unit.commit()
    await freeze.approve(house.ports, clearance=clearance, by=BOB)
    closes = CloseApproval(incident=ONE, clearance=clearance, channel=ChannelId(ROOM), ts=Ts("9.000001"))
    assert closes in await house.owed()


@ON_SQLITE
async def test_a_request_that_does_not_exist_is_an_answer(house: House) -> None:
    with pytest.raises(NeedsWords):
        await freeze.approve(house.ports, clearance=ClearanceId("gone"), by=BOB)


# ------------------------------------------------------------------ the thaw
async def test_the_commander_lifts_the_freeze_and_what_was_held_is_let_go(house: House) -> None:
    await commanded(house)
    await asks(house, ROUTINE)
    await asks(house, replace(ROUTINE, ref="CHG-2", services=("web",)))
    await house.owed()
    released = await freeze.thaw(house.ports, incident=ONE, by=BOB, reason="stable for an hour")
    assert [hold.ref for hold in released] == ["CHG-1", "CHG-2"]
    (told,) = [e.about for e in await house.owed() if isinstance(e, TellRoom)]
    assert isinstance(told, FreezeLifted)
    assert (told.released, told.reason) == (("CHG-1", "CHG-2"), "stable for an hour")
    assert await asks(house, ROUTINE) == ("allow", ["no_freeze"])


@ON_SQLITE
@pytest.mark.parametrize("fence", [None, 1])
async def test_a_duty_manager_may_lift_it_too(house: House, fence: int | None) -> None:
    await commanded(house)
    await freeze.thaw(house.ports, incident=ONE, by=GUS, reason="agreed with the CAB", fence=fence)
    assert (await house.entry("FreezeLifted"))["by"] == GUS


@ON_SQLITE
@pytest.mark.parametrize(
    ("by", "fence", "refusal"),
    [(DEV, None, NotYourRole), (DEV, 1, NotYourRole), (BOB, 0, StaleCommand)],
)
async def test_nobody_else_lifts_it(
    house: House, by: UserId, fence: int | None, refusal: type[ProtocolError]
) -> None:
    await commanded(house)
    with pytest.raises(refusal):
        await freeze.thaw(house.ports, incident=ONE, by=by, reason="please", fence=fence)
    assert (await find.picture(house.ports, incident=ONE)).freeze_is_on


@ON_SQLITE
async def test_a_freeze_is_lifted_once(house: House) -> None:
    await commanded(house)
    await freeze.thaw(house.ports, incident=ONE, by=BOB, reason="")
    with pytest.raises(NotNeeded):
        await freeze.thaw(house.ports, incident=ONE, by=BOB, reason="")
    await resolved(house)
    await house.pass_time(hours=2)
    assert (await house.kinds()).count("FreezeLifted") == 1


async def test_it_thaws_by_itself_half_an_hour_after_the_resolution(house: House) -> None:
    await commanded(house)
    await asks(house, ROUTINE)
    await resolved(house)
    await house.pass_time(minutes=29, seconds=59)
    assert await asks(house, ROUTINE) == ("hold", ["freeze_ring0"])
    await house.pass_time(seconds=1)
    assert (await house.entry("FreezeLifted"))["released"] == ["CHG-1"]
    assert await asks(house, ROUTINE) == ("allow", ["no_freeze"])


@ON_SQLITE
async def test_what_comes_back_in_time_stays_frozen(house: House) -> None:
    await commanded(house)
    await resolved(house)
    await house.pass_time(minutes=29)
    await resolve.reopen(house.ports, incident=ONE, by=BOB, reason="it fails again")
    await house.pass_time(hours=2)
    assert "FreezeLifted" not in await house.kinds()
    assert (await asks(house, ROUTINE))[0] == "hold"


@ON_SQLITE
async def test_what_comes_back_after_the_thaw_is_frozen_anew(house: House) -> None:
    """An approval from before the thaw is no word about the new freeze."""
    clearance = await asked(house)
    await freeze.approve(house.ports, clearance=clearance, by=BOB)
    await resolved(house)
    await house.pass_time(minutes=31)
    await resolve.reopen(house.ports, incident=ONE, by=BOB, reason="it fails again")
    assert (await house.incident()).freeze_since == START + timedelta(minutes=31)
    assert (await house.kinds()).count("FreezeBegan") == 2
    assert (await asks(house, REMEDY))[0] == "needs_approval"


@ON_SQLITE
async def test_raising_the_severity_begins_the_freeze_and_lowering_it_holds_nothing(house: House) -> None:
    await house.in_room(severity=3)
    await resolve.severity(house.ports, incident=ONE, by=DEV, severity=1, reason="")
    assert (await house.entry("FreezeBegan"))["ring0"][:2] == ["auth", "checkout"]
    assert (await asks(house, ROUTINE))[0] == "hold"
    await resolve.severity(house.ports, incident=ONE, by=GUS, severity=3, reason="one user only")
    assert await asks(house, ROUTINE) == ("allow", ["outside_severity"])
    assert await held(house) == []


# ------------------------------------------------------------------ several freezes
async def two_freezes(house: House) -> None:
    """Both INC-1 (checkout) and INC-2 (search) hold a change of what depends on them."""
    await house.declared(service="checkout")
    await house.declared(service="search")
    await house.owed()
    assert await asks(house, replace(ROUTINE, services=("web",))) == (
        "hold",
        ["freeze_ring1", "freeze_ring1"],
    )


async def test_thawing_one_freeze_leaves_what_the_other_holds(house: House) -> None:
    await two_freezes(house)
    await freeze.thaw(house.ports, incident=ONE, by=GUS, reason="checkout is stable")
    assert (await held(house, 1), await held(house, 2)) == ([], ["CHG-1"])
    assert await asks(house, replace(ROUTINE, services=("web",))) == ("hold", ["freeze_ring1"])
    assert [(await house.kinds(n)).count("ChangeHeld") for n in (1, 2)] == [1, 1]
    await freeze.thaw(house.ports, incident=TWO, by=GUS, reason="search is stable")
    assert await asks(house, replace(ROUTINE, services=("web",))) == ("allow", ["no_freeze"])


@ON_SQLITE
async def test_the_word_of_one_commander_does_not_bind_the_other(house: House) -> None:
    """A change that touches two outages needs both commanders, each for their own."""
    await two_freezes(house)
    await command.take(house.ports, incident=ONE, by=BOB)
    await command.take(house.ports, incident=TWO, by=CLEO)
    undo = replace(ROUTINE, ref="CHG-2", services=("web",), rollback_of="CHG-0")
    assert (await asks(house, undo))[0] == "needs_approval"
    (first,) = (await find.picture(house.ports, incident=ONE)).pending
    (second,) = (await find.picture(house.ports, incident=TWO)).pending
    await freeze.approve(house.ports, clearance=first.id, by=BOB)
    assert (await asks(house, undo))[0] == "needs_approval"
    with pytest.raises(NotYourRole):
        await freeze.approve(house.ports, clearance=second.id, by=BOB)
    await freeze.approve(house.ports, clearance=second.id, by=CLEO)
    assert (await asks(house, undo))[0] == "allow"


@ON_SQLITE
async def test_the_overview_shows_every_freeze_that_is_on(house: House) -> None:
    await two_freezes(house)
    await house.declared(service="hr-portal", severity=3)
    shown = await freeze.overview(house.ports)
    assert [(p.incident.id, [hold.ref for hold in p.holds]) for p in shown] == [
        (1, ["CHG-1"]),
        (2, ["CHG-1"]),
    ]
    await freeze.thaw(house.ports, incident=ONE, by=GUS, reason="")
    assert [p.incident.id for p in await freeze.overview(house.ports)] == [2]
