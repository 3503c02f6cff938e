"""Readers are told what two people stand for, when it was promised, and nothing else."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest

from playbooks.domain import digest as digests
from playbooks.domain.effects import PostUpdate, TellPerson, TellRoom
from playbooks.domain.errors import (
    AlreadyDecided,
    NeedsWords,
    NotNeeded,
    NotReleasable,
    NotYourRole,
    ProtocolError,
    SecondPersonNeeded,
    TextWithheld,
)
from playbooks.domain.events import StatementRefuted, UpdateDue, UpdateOverdue
from playbooks.domain.ids import IncidentId, UserId
from playbooks.domain.incident import ResolutionCode
from playbooks.domain.statement import Audience, Statement, StatementClass, StatementStatus
from playbooks.domain.timers import Timer, TimerKind
from playbooks.domain.update import Update, UpdateState
from playbooks.protocol import alarms, command, communicate, find, resolve, timeline
from tests.clock import START
from tests.protocol.conftest import ADA, BOB, CLEO, DEV, EVE, FAY, GUS, ON_SQLITE, House, signal

ONE = IncidentId(1)
H1 = "Connection pool exhausted after release 4.12 raised worker count"
IMPACT = "Checkout is failing for about 30% of users since 10:02 UTC"
ACTION = "We are rolling back release 4.12 of checkout"
PROOF = ("https://graphs.example.com/pool",)


def at(minute: float) -> datetime:
    return START + timedelta(minutes=minute)


async def commanded(house: House) -> None:
    """INC-1 with Bob in command; Eve writes to stakeholders."""
    await house.in_room()
    await command.take(house.ports, incident=ONE, by=BOB)
    await house.owed()


async def stated(
    house: House, text: str = IMPACT, *, kind: StatementClass = StatementClass.IMPACT, by: UserId = DEV
) -> Statement:
    return await communicate.state(house.ports, incident=ONE, kind=kind, text=text, by=by)


async def released(
    house: House, text: str = IMPACT, *, kind: StatementClass = StatementClass.IMPACT
) -> Statement:
    """Stated by Dev, and told to stakeholders by Bob, who commands."""
    said = await stated(house, text, kind=kind)
    return await communicate.release(house.ports, statement=said.id, by=BOB)


async def told_cause(house: House) -> Statement:
    """A cause with everything it takes: another person's proof, the commander's and the comms lead's word."""
    cause = await stated(house, H1, kind=StatementClass.CAUSE)
    await communicate.verify(house.ports, statement=cause.id, by=CLEO, evidence=PROOF)
    await communicate.release(house.ports, statement=cause.id, by=BOB)
    return await communicate.release(house.ports, statement=cause.id, by=EVE)


async def shown(house: House) -> str:
    """What readers would be told now."""
    return digests.text(await communicate.draft(house.ports, incident=ONE))


async def due(house: House) -> Update | None:
    return (await find.picture(house.ports, incident=ONE)).due


async def letters(house: House, about: type) -> list[str]:
    """Who was told privately about such an event."""
    return [e.user for e in await house.owed() if isinstance(e, TellPerson) and isinstance(e.about, about)]


# ------------------------------------------------------------------ statements
async def test_a_statement_is_written_down_and_nobody_is_disturbed(house: House) -> None:
    await commanded(house)
    said = await stated(house, f"  {H1}\n again ", kind=StatementClass.CAUSE)
    assert (said.text, said.is_hypothesis) == (f"{H1} again", True)
    assert (await house.entry("StatementMade"))["text"] == said.text
    assert await house.told() == ["RefreshCard"]
    assert await communicate.numbered(house.ports, incident=ONE, number=1) == said


@ON_SQLITE
@pytest.mark.parametrize("number", [0, 2, -1])
async def test_a_number_nobody_gave_is_an_answer(house: House, number: int) -> None:
    await commanded(house)
    await stated(house)
    with pytest.raises(NeedsWords):
        await communicate.numbered(house.ports, incident=ONE, number=number)


@ON_SQLITE
async def test_a_statement_needs_words(house: House) -> None:
    await commanded(house)
    with pytest.raises(NeedsWords):
        await stated(house, " \n ")


async def test_nobody_verifies_their_own_statement(house: House) -> None:
    await commanded(house)
    said = await stated(house)
    with pytest.raises(SecondPersonNeeded):
        await communicate.verify(house.ports, statement=said.id, by=DEV)
    verified = await communicate.verify(house.ports, statement=said.id, by=CLEO)
    assert (verified.status, verified.verifier) == (StatementStatus.VERIFIED, CLEO)
    with pytest.raises(AlreadyDecided, match="<@U0CLEO>"):
        await communicate.verify(house.ports, statement=said.id, by=FAY)


async def test_two_people_who_verify_at_the_same_moment_are_one_second_person(house: House) -> None:
    await commanded(house)
    said = await stated(house)
    outcomes = await asyncio.gather(
        *(communicate.verify(house.ports, statement=said.id, by=by) for by in (ADA, CLEO, FAY)),
        return_exceptions=True,
    )
    assert sum(isinstance(o, AlreadyDecided) for o in outcomes) == 2
    assert (await house.kinds()).count("StatementVerified") == 1


@ON_SQLITE
async def test_a_cause_is_verified_by_showing_something(house: House) -> None:
    await commanded(house)
    cause = await stated(house, H1, kind=StatementClass.CAUSE)
    with pytest.raises(NeedsWords):
        await communicate.verify(house.ports, statement=cause.id, by=CLEO)
    await communicate.verify(house.ports, statement=cause.id, by=CLEO, evidence=PROOF)
    assert (await house.entry("StatementVerified"))["evidence"] == list(PROOF)


@ON_SQLITE
@pytest.mark.parametrize(
    ("kind", "text", "by", "refusal"),
    [
        pytest.param(StatementClass.IMPACT, IMPACT, DEV, NotYourRole, id="a responder has no voice outside"),
        pytest.param(
            StatementClass.IMPACT, IMPACT, GUS, NotYourRole, id="a duty manager may send, not release"
        ),
        pytest.param(
            StatementClass.IMPACT, IMPACT, BOB, None, id="the commander confirms what another one saw"
        ),
        pytest.param(StatementClass.IMPACT, IMPACT, EVE, None, id="so does the comms lead"),
        pytest.param(StatementClass.ACTION, ACTION, BOB, None, id="what we do is the commander's to tell"),
        pytest.param(StatementClass.ACTION, ACTION, EVE, NotYourRole, id="and nobody else's"),
        pytest.param(StatementClass.CAUSE, H1, BOB, NotReleasable, id="a hypothesis stays in the room"),
        pytest.param(
            StatementClass.ESTIMATE, "fixed in 30 min", BOB, NotReleasable, id="a promise is no estimate"
        ),
        pytest.param(StatementClass.ESTIMATE, "between 11:00 and 11:30 UTC", BOB, None, id="a range is"),
        pytest.param(
            StatementClass.WORKAROUND, "Pay by invoice", EVE, NotReleasable, id="nobody has tried it"
        ),
    ],
)
async def test_who_may_release_what(
    house: House, kind: StatementClass, text: str, by: UserId, refusal: type[ProtocolError] | None
) -> None:
    await commanded(house)
    said = await stated(house, text, kind=kind, by=CLEO)
    if refusal is not None:
        with pytest.raises(refusal):
            await communicate.release(house.ports, statement=said.id, by=by)
        assert text not in await shown(house)
    else:
        await communicate.release(house.ports, statement=said.id, by=by)
        assert text in await shown(house)


@ON_SQLITE
async def test_a_cause_takes_two_words_and_one_is_for_the_house_only(house: House) -> None:
    await commanded(house)
    cause = await stated(house, H1, kind=StatementClass.CAUSE)
    await communicate.verify(house.ports, statement=cause.id, by=CLEO, evidence=PROOF)
    first = await communicate.release(house.ports, statement=cause.id, by=BOB)
    assert (first.reach, H1 in await shown(house)) == (Audience.INTERNAL, False)
    with pytest.raises(NotNeeded, match="a comms lead has to release it too"):
        await communicate.release(house.ports, statement=cause.id, by=BOB)
    second = await communicate.release(house.ports, statement=cause.id, by=EVE)
    assert (second.reach, H1 in await shown(house)) == (Audience.STAKEHOLDER, True)


async def test_incidents_that_differ_in_hypotheses_only_read_the_same(house: House) -> None:
    await commanded(house)
    await released(house)
    await released(house, ACTION, kind=StatementClass.ACTION)
    before = await communicate.draft(house.ports, incident=ONE)
    await stated(house, H1, kind=StatementClass.CAUSE)
    await stated(house, "AcmePay drops TLS handshakes", kind=StatementClass.CAUSE)
    cause = await stated(house, "It was the worker count", kind=StatementClass.CAUSE)
    await communicate.verify(house.ports, statement=cause.id, by=CLEO, evidence=PROOF)
    await communicate.refute(house.ports, statement=cause.id, by=ADA)
    assert await communicate.draft(house.ports, incident=ONE) == before


# ------------------------------------------------------------------ updates
async def test_an_update_is_sent_and_the_next_one_promised(house: House) -> None:
    await commanded(house)
    said = await released(house)
    await house.owed()
    house.clock.advance(timedelta(minutes=4))
    sent = await communicate.send(house.ports, incident=ONE, by=EVE)
    assert (sent.number, sent.sent_by, sent.cites, sent.next_promised_at) == (1, EVE, (said.id,), at(24))
    entry = await house.entry("UpdateSent")
    assert IMPACT in entry["text"]
    assert "Next update by 09:24 UTC" in entry["text"]
    owed = await house.owed()
    assert PostUpdate(incident=ONE, update=sent.id) in owed
    assert [type(e.about).__name__ for e in owed if isinstance(e, TellRoom)] == ["UpdateSent"]
    promised = await due(house)
    assert promised is not None
    assert (promised.number, promised.due_at, promised.state) == (2, at(24), UpdateState.DUE)


async def test_two_people_who_send_at_the_same_moment_send_two_updates_with_numbers_of_their_own(
    house: House,
) -> None:
    """The second one is the next update, early; no number is used twice and one stays promised."""
    await commanded(house)
    await asyncio.gather(*(communicate.send(house.ports, incident=ONE, by=by) for by in (BOB, EVE)))
    picture = await find.picture(house.ports, incident=ONE)
    assert [u.number for u in picture.updates] == [1, 2, 3]
    assert [u.state for u in picture.updates] == [UpdateState.SENT, UpdateState.SENT, UpdateState.DUE]


@ON_SQLITE
async def test_a_draft_that_somebody_else_has_sent_is_not_sent_again_as_the_next(house: House) -> None:
    await commanded(house)
    await communicate.send(house.ports, incident=ONE, by=EVE, number=1)
    with pytest.raises(NotNeeded, match="Update 1 was sent by <@U0EVE> at 09:00 UTC"):
        await communicate.send(house.ports, incident=ONE, by=BOB, number=1)
    assert (await communicate.send(house.ports, incident=ONE, by=BOB, number=2)).number == 2


@ON_SQLITE
async def test_there_is_always_something_true_to_send(house: House) -> None:
    await commanded(house)
    sent = await communicate.send(house.ports, incident=ONE, by=BOB)
    assert sent.digest is not None
    words = digests.text(sent.digest)
    assert "Being assessed." in words
    assert "We are investigating." in words


@ON_SQLITE
async def test_the_drum_slows_down_after_two_hours(house: House) -> None:
    await commanded(house)
    await house.pass_time(hours=2)
    sent = await communicate.send(house.ports, incident=ONE, by=BOB)
    assert sent.next_promised_at == at(180)


@ON_SQLITE
@pytest.mark.parametrize(("by", "may"), [(BOB, True), (EVE, True), (GUS, True), (DEV, False), (ADA, False)])
async def test_who_may_send_an_update(house: House, by: UserId, *, may: bool) -> None:
    await commanded(house)
    if may:
        await communicate.send(house.ports, incident=ONE, by=by)
    else:
        with pytest.raises(NotYourRole):
            await communicate.send(house.ports, incident=ONE, by=by)
    assert ("UpdateSent" in await house.kinds()) is may


async def test_when_an_update_is_due_its_writers_are_asked_and_later_the_duty_managers(house: House) -> None:
    await commanded(house)
    await house.pass_time(minutes=4, seconds=59)
    assert "UpdateDue" not in await house.kinds()
    await house.pass_time(seconds=1)
    assert await letters(house, UpdateDue) == [BOB, EVE]
    await house.pass_time(minutes=4, seconds=59)
    assert "UpdateOverdue" not in await house.kinds()
    await house.pass_time(seconds=1)
    assert await letters(house, UpdateOverdue) == [BOB, EVE, GUS]
    await house.pass_time(hours=3)
    kinds = await house.kinds()
    assert (kinds.count("UpdateDue"), kinds.count("UpdateOverdue")) == (1, 1)


@ON_SQLITE
async def test_an_alarm_that_rings_twice_asks_once(house: House) -> None:
    """A worker may die between the question and its note that the alarm was answered."""
    await commanded(house)
    await house.pass_time(minutes=10)
    first = (await find.picture(house.ports, incident=ONE)).due
    assert first is not None
    for kind in (TimerKind.UPDATE_DUE, TimerKind.UPDATE_OVERDUE) * 2:
        await alarms.ring(
            house.ports, Timer(kind=kind, subject=first.id, incident=ONE, due_at=house.clock.now())
        )
    await house.pass_time(minutes=1)
    kinds = await house.kinds()
    assert (kinds.count("UpdateDue"), kinds.count("UpdateOverdue")) == (1, 1)


@ON_SQLITE
async def test_an_update_that_was_sent_in_time_is_not_asked_for(house: House) -> None:
    await commanded(house)
    await house.pass_time(minutes=3)
    await communicate.send(house.ports, incident=ONE, by=EVE)
    await house.pass_time(minutes=19, seconds=59)
    assert "UpdateDue" not in await house.kinds()
    await house.pass_time(seconds=1)
    assert (await house.entry("UpdateDue"))["number"] == 2


@ON_SQLITE
async def test_an_update_that_was_asked_for_and_sent_is_not_overdue(house: House) -> None:
    await commanded(house)
    await house.pass_time(minutes=6)
    await communicate.send(house.ports, incident=ONE, by=EVE)
    await house.pass_time(minutes=19)
    assert "UpdateOverdue" not in await house.kinds()


async def test_mitigation_brings_the_next_update_forward(house: House) -> None:
    await commanded(house)
    await communicate.send(house.ports, incident=ONE, by=EVE)
    await house.pass_time(minutes=2)
    await resolve.mitigate(house.ports, incident=ONE, by=BOB)
    await house.owed()
    await house.pass_time(seconds=0)
    assert await letters(house, UpdateDue) == [BOB, EVE]
    promised = await due(house)
    assert promised is not None
    assert (promised.number, promised.due_at) == (2, at(2))


async def test_after_the_resolution_one_last_update_is_owed(house: House) -> None:
    await commanded(house)
    await communicate.send(house.ports, incident=ONE, by=EVE)
    await resolve.resolve(
        house.ports, incident=ONE, by=BOB, code=ResolutionCode.SOLUTION_PROVIDED, note="rolled back"
    )
    last = await communicate.send(house.ports, incident=ONE, by=EVE)
    assert (last.number, last.next_promised_at) == (2, None)
    assert "This is the last update." in (await house.entry("UpdateSent"))["text"]
    assert await due(house) is None
    with pytest.raises(NotNeeded):
        await communicate.send(house.ports, incident=ONE, by=EVE)
    await house.pass_time(hours=3)
    assert "UpdateDue" not in await house.kinds()


@ON_SQLITE
async def test_what_comes_back_after_the_last_update_is_told_at_once(house: House) -> None:
    await commanded(house)
    await resolve.resolve(
        house.ports, incident=ONE, by=BOB, code=ResolutionCode.SOLUTION_PROVIDED, note="rolled back"
    )
    await communicate.send(house.ports, incident=ONE, by=EVE)
    house.clock.advance(timedelta(minutes=10))
    await resolve.reopen(house.ports, incident=ONE, by=BOB, reason="it fails again")
    promised = await due(house)
    assert promised is not None
    assert (promised.number, promised.due_at) == (2, at(10))


# ------------------------------------------------------------------ corrections
async def test_what_readers_were_told_and_is_wrong_is_corrected_now(house: House) -> None:
    await commanded(house)
    cause = await told_cause(house)
    await communicate.send(house.ports, incident=ONE, by=EVE)
    await house.pass_time(minutes=3)
    await house.owed()
    await communicate.refute(house.ports, statement=cause.id, by=ADA)
    assert await letters(house, StatementRefuted) == [BOB, EVE]
    promised = await due(house)
    assert promised is not None
    assert promised.due_at == at(3)
    house.clock.advance(timedelta(seconds=30))
    sent = await communicate.send(house.ports, incident=ONE, by=EVE)
    words = (await house.entry("UpdateSent"))["text"]
    assert f"We said “{H1}”. That was wrong." in words
    assert cause.id not in sent.cites
    kinds = await house.kinds()
    assert kinds.index("StatementReleased") < kinds.index("StatementRefuted")
    assert "That was wrong" not in await shown(house), "a correction is told once"


@ON_SQLITE
async def test_what_stakeholders_were_not_told_needs_no_correction(house: House) -> None:
    """Released within the house only: nothing is due earlier than promised."""
    await commanded(house)
    cause = await stated(house, H1, kind=StatementClass.CAUSE)
    await communicate.verify(house.ports, statement=cause.id, by=CLEO, evidence=PROOF)
    await communicate.release(house.ports, statement=cause.id, by=BOB)
    await communicate.send(house.ports, incident=ONE, by=EVE)
    await house.owed()
    await communicate.refute(house.ports, statement=cause.id, by=ADA)
    assert await letters(house, StatementRefuted) == []
    promised = await due(house)
    assert promised is not None
    assert promised.due_at == at(20)
    assert H1 not in await shown(house)


@ON_SQLITE
async def test_a_refuted_hypothesis_disturbs_nobody(house: House) -> None:
    await commanded(house)
    cause = await stated(house, H1, kind=StatementClass.CAUSE)
    await house.owed()
    await communicate.refute(house.ports, statement=cause.id, by=DEV)
    assert await house.told() == ["RefreshCard"]
    with pytest.raises(AlreadyDecided):
        await communicate.verify(house.ports, statement=cause.id, by=CLEO, evidence=PROOF)


# ------------------------------------------------------------------ words of one's own
@ON_SQLITE
@pytest.mark.parametrize(
    ("note", "why"),
    [
        pytest.param(
            "The connection pool was exhausted when the worker count went up.", H1, id="a hypothesis"
        ),
        pytest.param("We believe the pool is full.", "guess", id="a guess"),
        pytest.param("The outage was caused by a vendor.", "names a cause", id="a cause nobody released"),
    ],
)
async def test_a_sentence_that_says_what_was_not_released_is_refused(
    house: House, note: str, why: str
) -> None:
    await commanded(house)
    await released(house)
    await stated(house, H1, kind=StatementClass.CAUSE)
    with pytest.raises(TextWithheld) as refused:
        await communicate.send(house.ports, incident=ONE, by=EVE, note=note)
    assert why in str(refused.value)
    assert "UpdateSent" not in await house.kinds()
    promised = await due(house)
    assert promised is not None
    assert promised.number == 1


@ON_SQLITE
async def test_a_sentence_about_what_was_released_is_told_with_the_rest(house: House) -> None:
    await commanded(house)
    await released(house)
    await released(house, ACTION, kind=StatementClass.ACTION)
    await stated(house, H1, kind=StatementClass.CAUSE)
    note = (
        "Checkout fails for about 30% of users, and we are rolling back release 4.12. Thank you for waiting."
    )
    sent = await communicate.send(house.ports, incident=ONE, by=EVE, note=f" {note} ")
    assert sent.digest is not None
    assert sent.digest.note == note
    assert note in (await house.entry("UpdateSent"))["text"]


@ON_SQLITE
async def test_what_was_said_stays_as_it_was_said(house: House) -> None:
    """The record keeps the digest of an update, whatever becomes of its statements."""
    await commanded(house)
    said = await released(house)
    sent = await communicate.send(house.ports, incident=ONE, by=EVE)
    await communicate.refute(house.ports, statement=said.id, by=CLEO)
    (kept, *_) = (await find.picture(house.ports, incident=ONE)).updates
    assert kept.digest == sent.digest


@ON_SQLITE
async def test_a_candidate_owes_stakeholders_nothing(house: House) -> None:
    await house.hears(signal("checkout", at=START))
    await house.pass_time(minutes=10)
    with pytest.raises(NotNeeded):
        await communicate.send(house.ports, incident=ONE, by=EVE)


@ON_SQLITE
async def test_who_may_not_release_hears_of_exactly_those_who_may(house: House) -> None:
    await commanded(house)
    said = await stated(house, by=CLEO)
    with pytest.raises(NotYourRole) as refused:
        await communicate.release(house.ports, statement=said.id, by=GUS)
    assert str(refused.value) == (
        f"Only the commander or a comms lead (<@{BOB}> or <@{EVE}>) can release statements."
    )


@ON_SQLITE
async def test_what_readers_know_is_not_released_again(house: House) -> None:
    await commanded(house)
    said = await released(house)
    with pytest.raises(NotNeeded, match=r"^Stakeholders may be told this already\.$"):
        await communicate.release(house.ports, statement=said.id, by=EVE)


async def test_no_update_repeats_a_hypothesis_that_was_written_into_the_log(house: House) -> None:
    await commanded(house)
    await timeline.note(house.ports, incident=ONE, text="hypothesis: the connection pool leaks", by=ADA)
    await timeline.note(house.ports, incident=ONE, text="decision: customers call the hotline", by=ADA)
    with pytest.raises(TextWithheld, match="hypothesis in the log"):
        await communicate.send(house.ports, incident=ONE, by=EVE, note="A connection pool leaks.")
    sent = await communicate.send(house.ports, incident=ONE, by=EVE, note="Customers call the hotline.")
    assert "pool" not in str(sent.digest)
