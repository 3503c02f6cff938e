"""Recovery: what ends, what it says about promises, and what begins again when it comes back."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest

from playbooks.domain.effects import RefreshAnnouncement, RefreshCard, SetTopic, TellPerson, TellRoom
from playbooks.domain.errors import (
    IncidentNotFound,
    IncidentOver,
    NeedsWords,
    NotNeeded,
    NotQuiet,
    NotYourRole,
    ProtocolError,
)
from playbooks.domain.events import QuietNoticed
from playbooks.domain.ids import IncidentId, UserId
from playbooks.domain.incident import ResolutionCode, State
from playbooks.domain.signal import SignalStatus
from playbooks.domain.sla import ClockState
from playbooks.protocol import command, find, resolve, review
from tests.clock import START
from tests.protocol.conftest import ADA, BOB, CLEO, DEV, EVE, FAY, GUS, ON_SQLITE, House, signal

ONE = IncidentId(1)
SOLVED = ResolutionCode.SOLUTION_PROVIDED


def at(minute: float) -> datetime:
    return START + timedelta(minutes=minute)


async def commanded(house: House, *, service: str = "checkout", severity: int = 1) -> None:
    await house.in_room(service=service, severity=severity)
    await command.take(house.ports, incident=ONE, by=BOB)
    await house.owed()


async def resolved(house: House, *, by: UserId = BOB, note: str = "rolled back 4.12") -> None:
    await resolve.resolve(house.ports, incident=ONE, by=by, code=SOLVED, note=note)


async def readings(house: House) -> list[tuple[str, ClockState, timedelta]]:
    """Agreement, state and margin of every clock."""
    return [
        (r.agreement, r.state, r.margin) for r in (await find.picture(house.ports, incident=ONE)).readings
    ]


# ------------------------------------------------------------------ mitigated
async def test_mitigation_stops_the_clock_and_says_that_it_was_met(house: House) -> None:
    await commanded(house)
    house.clock.advance(timedelta(hours=3, minutes=59))
    mitigated = await resolve.mitigate(house.ports, incident=ONE, by=BOB, note=" failed over ")
    assert (mitigated.state, mitigated.mitigated_at) == (State.MITIGATED, at(239))
    assert (await house.entry("IncidentMitigated"))["note"] == "failed over"
    read = await house.entry("ClockRead")
    assert (read["agreement"], read["met"], read["margin_seconds"]) == ("gold-restore", True, 60)
    owed = await house.owed()
    told = [type(e.about).__name__ for e in owed if isinstance(e, TellRoom)]
    assert told == ["IncidentMitigated", "ClockRead"]
    for mirror in (RefreshCard, SetTopic, RefreshAnnouncement):
        assert sum(isinstance(e, mirror) for e in owed) == 1


@ON_SQLITE
@pytest.mark.parametrize(
    ("minutes", "met", "margin"),
    [
        pytest.param(240, True, 0, id="exactly on target is met"),
        pytest.param(240 + 1 / 60, False, -1, id="a second later it is breached"),
        pytest.param(330, False, -5400, id="breached by an hour and a half"),
    ],
)
async def test_a_clock_says_met_or_breached_and_by_how_much(
    house: House, minutes: float, met: bool, margin: int
) -> None:
    await commanded(house)
    house.clock.advance(timedelta(minutes=minutes))
    await resolved(house)
    read = await house.entry("ClockRead")
    assert (read["met"], read["margin_seconds"], read["elapsed_seconds"]) == (met, margin, 14_400 - margin)


@ON_SQLITE
async def test_office_clocks_stand_still_at_night(house: House) -> None:
    """Declared at 10:00 in Paris, mitigated at 09:30 the next morning: seven hours and a half."""
    await commanded(house, service="search")
    house.clock.advance(timedelta(hours=23, minutes=30))
    await resolve.mitigate(house.ports, incident=ONE, by=BOB)
    assert await readings(house) == [("silver-restore", ClockState.MET, timedelta(minutes=30))]


@ON_SQLITE
async def test_a_clock_is_read_once(house: House) -> None:
    await commanded(house)
    await resolve.mitigate(house.ports, incident=ONE, by=BOB)
    house.clock.advance(timedelta(hours=5))
    await resolved(house)
    assert (await house.kinds()).count("ClockRead") == 1
    assert [state for _, state, _ in await readings(house)] == [ClockState.MET]


@ON_SQLITE
async def test_what_is_mitigated_is_not_mitigated_again(house: House) -> None:
    await commanded(house)
    await resolve.mitigate(house.ports, incident=ONE, by=BOB)
    with pytest.raises(NotNeeded):
        await resolve.mitigate(house.ports, incident=ONE, by=BOB)


# ------------------------------------------------------------------ resolved
async def test_a_resolution_ends_questions_drafts_the_post_mortem_and_sets_the_thaw(house: House) -> None:
    await commanded(house)
    await command.take(house.ports, incident=ONE, by=CLEO, reason="payments is mine")
    house.clock.advance(timedelta(minutes=2))
    await resolved(house)
    incident = await house.incident()
    assert (incident.state, incident.resolved_at, incident.mitigated_at) == (State.RESOLVED, at(2), at(2))
    assert (incident.resolution, incident.resolution_note) == (SOLVED, "rolled back 4.12")
    picture = await find.picture(house.ports, incident=ONE)
    assert picture.contest is None
    assert picture.tenure is not None
    assert picture.tenure.user == BOB
    assert picture.review is not None
    assert picture.due is not None
    assert picture.due.due_at == at(2)
    assert "PostReview" in await house.told()


@ON_SQLITE
async def test_a_resolution_needs_a_note(house: House) -> None:
    await commanded(house)
    with pytest.raises(NeedsWords):
        await resolved(house, note="  ")
    assert (await house.incident()).state is State.OPEN


async def test_two_who_resolve_at_the_same_moment_resolve_once(house: House) -> None:
    await commanded(house)
    outcomes = await asyncio.gather(*(resolved(house, by=by) for by in (BOB, GUS)), return_exceptions=True)
    assert sum(isinstance(o, IncidentOver) for o in outcomes) == 1
    kinds = await house.kinds()
    assert (kinds.count("IncidentResolved"), kinds.count("ReviewDrafted"), kinds.count("ClockRead")) == (
        1,
        1,
        1,
    )


@ON_SQLITE
@pytest.mark.parametrize(
    ("by", "may"),
    [
        pytest.param(BOB, True, id="the commander"),
        pytest.param(GUS, True, id="a duty manager"),
        pytest.param(ADA, False, id="somebody on shift"),
        pytest.param(EVE, False, id="the comms lead"),
        pytest.param(FAY, False, id="who declared it"),
    ],
)
async def test_who_may_say_that_it_is_over(house: House, by: UserId, *, may: bool) -> None:
    await commanded(house)
    if not may:
        with pytest.raises(NotYourRole, match="<@U0BOB> or <@U0GUS>"):
            await resolve.mitigate(house.ports, incident=ONE, by=by)
        with pytest.raises(NotYourRole):
            await resolved(house, by=by)
        return
    await resolve.mitigate(house.ports, incident=ONE, by=by)
    await resolved(house, by=by)
    await resolve.close(house.ports, incident=ONE, by=by, note="filed")
    assert (await house.incident()).state is State.CLOSED


@ON_SQLITE
@pytest.mark.parametrize(("closes", "way_out"), [(False, "/incident reopen"), (True, "/incident declare")])
async def test_what_is_over_is_over(house: House, closes: bool, way_out: str) -> None:
    await commanded(house)
    await resolved(house)
    if closes:
        await resolve.close(house.ports, incident=ONE, by=BOB)
    for act in (
        resolve.mitigate(house.ports, incident=ONE, by=BOB),
        resolved(house),
        resolve.severity(house.ports, incident=ONE, by=BOB, severity=2, reason="it was less"),
        command.take(house.ports, incident=ONE, by=CLEO),
    ):
        with pytest.raises(IncidentOver, match=way_out):
            await act


@ON_SQLITE
async def test_a_candidate_is_accepted_or_rejected_but_neither_led_nor_resolved(house: House) -> None:
    await house.hears(signal("checkout", at=START))
    await house.pass_time(minutes=10)
    for act in (
        command.take(house.ports, incident=ONE, by=BOB),
        resolve.mitigate(house.ports, incident=ONE, by=GUS),
        resolved(house, by=GUS),
    ):
        with pytest.raises(NotNeeded, match="INC-1 is only proposed"):
            await act


@ON_SQLITE
async def test_only_what_is_resolved_is_closed(house: House) -> None:
    await commanded(house)
    with pytest.raises(NotNeeded):
        await resolve.close(house.ports, incident=ONE, by=BOB)
    with pytest.raises(IncidentNotFound):
        await resolve.close(house.ports, incident=IncidentId(9), by=BOB)


# ------------------------------------------------------------------ reopened
async def test_what_comes_back_runs_on(house: House) -> None:
    """The clock counts on from where it stood; the time in between was no outage."""
    await commanded(house)
    house.clock.advance(timedelta(hours=3))
    await resolved(house)
    house.clock.advance(timedelta(hours=10))
    reopened = await resolve.reopen(house.ports, incident=ONE, by=DEV, reason=" it fails again ")
    assert (reopened.state, reopened.resolved_at, reopened.resolution_note) == (State.OPEN, None, "")
    assert (await house.entry("IncidentReopened"))["reason"] == "it fails again"
    assert await readings(house) == [("gold-restore", ClockState.RUNNING, timedelta(hours=1))]
    house.clock.advance(timedelta(hours=1, seconds=30))
    await resolved(house)
    read = await house.entry("ClockRead")
    assert (read["met"], read["margin_seconds"]) == (False, -30)


async def test_two_who_reopen_at_the_same_moment_reopen_once(house: House) -> None:
    await commanded(house)
    await resolved(house)
    outcomes = await asyncio.gather(
        *(resolve.reopen(house.ports, incident=ONE, by=by, reason="again") for by in (BOB, DEV)),
        return_exceptions=True,
    )
    assert sum(isinstance(o, NotNeeded) for o in outcomes) == 1
    assert (await house.kinds()).count("IncidentReopened") == 1


@ON_SQLITE
async def test_symptoms_that_return_after_mitigation_reopen_it_too(house: House) -> None:
    await commanded(house)
    await resolve.mitigate(house.ports, incident=ONE, by=BOB)
    reopened = await resolve.reopen(house.ports, incident=ONE, by=DEV, reason="still failing")
    assert (reopened.state, reopened.mitigated_at) == (State.OPEN, None)
    assert [state for _, state, _ in await readings(house)] == [ClockState.RUNNING]


@ON_SQLITE
@pytest.mark.parametrize(
    ("ends", "reason", "refusal", "says"),
    [
        pytest.param("", "again", NotNeeded, "is open", id="it is open"),
        pytest.param("resolved", " ", NeedsWords, "what came back", id="without a reason"),
        pytest.param(
            "closed", "again", NotNeeded, "/incident declare", id="closed: the way out is another one"
        ),
    ],
)
async def test_a_reopening_that_is_refused_says_what_to_do(
    house: House, ends: str, reason: str, refusal: type[ProtocolError], says: str
) -> None:
    await commanded(house)
    if ends:
        await resolved(house)
    if ends == "closed":
        await resolve.close(house.ports, incident=ONE, by=BOB)
    with pytest.raises(refusal) as refused:
        await resolve.reopen(house.ports, incident=ONE, by=BOB, reason=reason)
    assert says in str(refused.value)


@ON_SQLITE
async def test_a_post_mortem_that_somebody_edited_survives_a_reopening(house: House) -> None:
    await commanded(house)
    await resolved(house)
    first = (await find.picture(house.ports, incident=ONE)).review
    assert first is not None
    await review.edit(house.ports, review=first.id, by=ADA, body="What we learned", finding=None)
    await resolve.reopen(house.ports, incident=ONE, by=BOB, reason="again")
    await resolved(house)
    again = (await find.picture(house.ports, incident=ONE)).review
    assert again is not None
    assert (again.id, again.body) == (first.id, "What we learned")


# ------------------------------------------------------------------ severity
async def test_anybody_raises_the_severity_at_once(house: House) -> None:
    await commanded(house, severity=2)
    raised = await resolve.severity(house.ports, incident=ONE, by=DEV, severity=1, reason="")
    assert raised.severity == 1
    event = await house.entry("SeverityChanged")
    assert (event["before"], event["after"], event["by"]) == (2, 1, DEV)
    assert {"TellRoom", "RefreshCard", "SetTopic", "RefreshAnnouncement"} <= set(await house.told())


@ON_SQLITE
@pytest.mark.parametrize(
    ("by", "reason", "refusal"),
    [
        pytest.param(DEV, "only EU", NotYourRole, id="not by just anybody"),
        pytest.param(BOB, " ", NeedsWords, id="not without a reason"),
        pytest.param(BOB, "only EU", None, id="by the commander"),
        pytest.param(GUS, "only EU", None, id="by a duty manager"),
    ],
)
async def test_lowering_the_severity_takes_command_and_a_reason(
    house: House, by: UserId, reason: str, refusal: type[ProtocolError] | None
) -> None:
    await commanded(house)
    if refusal is not None:
        with pytest.raises(refusal):
            await resolve.severity(house.ports, incident=ONE, by=by, severity=2, reason=reason)
        assert (await house.incident()).severity == 1
    else:
        lowered = await resolve.severity(house.ports, incident=ONE, by=by, severity=2, reason=reason)
        assert lowered.severity == 2


@ON_SQLITE
@pytest.mark.parametrize(("severity", "refusal"), [(1, NotNeeded), (7, NeedsWords), (0, NeedsWords)])
async def test_a_severity_that_changes_nothing_is_refused(
    house: House, severity: int, refusal: type[ProtocolError]
) -> None:
    await commanded(house)
    with pytest.raises(refusal):
        await resolve.severity(house.ports, incident=ONE, by=BOB, severity=severity, reason="x")


@ON_SQLITE
async def test_promises_follow_the_severity(house: House) -> None:
    """They count from the detection, whenever somebody found out how bad it is."""
    await commanded(house, severity=3)
    assert await readings(house) == []
    house.clock.advance(timedelta(hours=1))
    await resolve.severity(house.ports, incident=ONE, by=DEV, severity=1, reason="")
    assert await readings(house) == [("gold-restore", ClockState.RUNNING, timedelta(hours=3))]
    await resolve.severity(house.ports, incident=ONE, by=BOB, severity=3, reason="one user")
    assert [state for _, state, _ in await readings(house)] == [ClockState.CANCELED]
    house.clock.advance(timedelta(hours=1))
    await resolve.severity(house.ports, incident=ONE, by=DEV, severity=2, reason="")
    running = [(name, margin) for name, state, margin in await readings(house) if state is ClockState.RUNNING]
    assert running == [("gold-restore", timedelta(hours=2))]


@ON_SQLITE
async def test_a_breach_is_never_undone_by_a_lower_severity(house: House) -> None:
    await commanded(house)
    house.clock.advance(timedelta(hours=5))
    await resolve.severity(house.ports, incident=ONE, by=BOB, severity=3, reason="one user")
    assert await readings(house) == [("gold-restore", ClockState.BREACHED, timedelta(hours=-1))]


@ON_SQLITE
async def test_a_severity_raised_after_mitigation_counts_until_the_mitigation(house: House) -> None:
    await commanded(house, severity=3)
    house.clock.advance(timedelta(hours=1))
    await resolve.mitigate(house.ports, incident=ONE, by=BOB)
    house.clock.advance(timedelta(hours=1))
    await resolve.severity(house.ports, incident=ONE, by=DEV, severity=1, reason="it was worse")
    assert await readings(house) == [("gold-restore", ClockState.MET, timedelta(hours=3))]


@ON_SQLITE
async def test_what_was_promised_for_another_service_counts_from_its_first_alert(house: House) -> None:
    await house.hears(
        signal("search", at=START, severity=2), signal("search", at=START, origin="probe", severity=2)
    )
    await house.pass_time(minutes=5)
    assert [name for name, _, _ in await readings(house)] == ["silver-restore"]
    await house.hears(signal("web", at=at(4), severity=2))
    found = {name: margin for name, _, margin in await readings(house)}
    assert found["gold-restore"] == timedelta(hours=4) - timedelta(minutes=1)


# ------------------------------------------------------------------ quiet
async def test_quiet_asks_the_commander_and_resolves_nothing(house: House) -> None:
    await house.hears(signal("checkout", at=START), signal("checkout", at=START, origin="probe"))
    await house.pass_time(minutes=5)
    await command.take(house.ports, incident=ONE, by=CLEO)
    await house.hears(
        *(
            signal("checkout", at=START, origin=origin, status=SignalStatus.RESOLVED, ends_at=at(5))
            for origin in ("prometheus-eu", "probe")
        )
    )
    await house.owed()
    await house.pass_time(minutes=13)
    (asked,) = [
        e for e in await house.owed() if isinstance(e, TellPerson) and isinstance(e.about, QuietNoticed)
    ]
    assert isinstance(asked.about, QuietNoticed)
    assert (asked.user, asked.about.since) == (CLEO, at(8))
    assert (await house.incident()).state is State.OPEN


@ON_SQLITE
async def test_what_is_mitigated_already_is_not_asked_about(house: House) -> None:
    await house.hears(signal("checkout", at=START), signal("checkout", at=START, origin="probe"))
    await house.pass_time(minutes=5)
    await resolve.mitigate(house.ports, incident=ONE, by=GUS)
    await house.hears(
        *(
            signal("checkout", at=START, origin=origin, status=SignalStatus.RESOLVED, ends_at=at(5))
            for origin in ("prometheus-eu", "probe")
        )
    )
    await house.pass_time(minutes=30)
    assert "QuietNoticed" not in await house.kinds()


@ON_SQLITE
async def test_an_incident_without_alerts_is_never_quiet(house: House) -> None:
    await commanded(house)
    await house.pass_time(hours=3)
    assert "QuietNoticed" not in await house.kinds()


# ------------------------------------------------------------------ monitoring does not say so yet
@pytest.mark.parametrize(
    ("ended", "waited", "quiet"),
    [
        pytest.param(False, 0, False, id="an alert stands"),
        pytest.param(True, 3, False, id="it ended just now"),
        pytest.param(True, 40, True, id="quiet for long enough"),
    ],
)
@ON_SQLITE
async def test_resolving_before_monitoring_is_quiet_takes_a_reason(
    house: House, ended: bool, waited: int, quiet: bool
) -> None:
    began = house.clock.now()
    await house.hears(*(signal("checkout", at=began, origin=origin) for origin in ("eu", "us")))
    await house.pass_time(minutes=12)
    assert (await house.incident()).is_live
    if ended:
        over = {"status": SignalStatus.RESOLVED, "at": began, "ends_at": house.clock.now()}
        await house.hears(*(signal("checkout", origin=origin, **over) for origin in ("eu", "us")))  # type: ignore[arg-type]
    await house.pass_time(minutes=waited)
    if not quiet:
        with pytest.raises(NotQuiet, match="Monitoring is not quiet"):
            await resolved(house, by=GUS)
        assert (await house.incident()).is_live
    await resolve.resolve(
        house.ports, incident=ONE, by=GUS, code=SOLVED, note="rolled back", despite="the probe is broken"
    )
    said = await house.entry("IncidentResolved")
    assert said["despite"] == ("" if quiet else "the probe is broken")
