"""One outage becomes one incident, whatever monitoring says, in whatever order, however often.

Times are minutes after START, when the story of each test begins.
"""

from __future__ import annotations

import asyncio
import dataclasses
from datetime import datetime, timedelta
from itertools import permutations

import pytest

from playbooks.domain.effects import Announce, Invite, OpenRoom, TellPerson
from playbooks.domain.errors import AlreadyDecided, NeedsWords
from playbooks.domain.events import QuietNoticed
from playbooks.domain.ids import MONITORING, PROTOCOL, IncidentId
from playbooks.domain.incident import Incident, Major, ResolutionCode, ServiceRole, State
from playbooks.domain.signal import Signal, SignalStatus
from playbooks.protocol import declare, find, resolve
from playbooks.protocol.intake import Absorbed
from tests.clock import START
from tests.protocol.conftest import BOB, CLEO, DEV, FAY, GUS, ON_SQLITE, House, signal

ONE, TWO = IncidentId(1), IncidentId(2)
EU, US, PROBE = "prometheus-eu", "prometheus-us", "probe"


def at(minute: float) -> datetime:
    return START + timedelta(minutes=minute)


def alert(
    service: str, minute: float = 0, *, origin: str = EU, severity: int = 2, env: str = "production"
) -> Signal:
    """An alert that began at a minute."""
    return signal(service, at=at(minute), origin=origin, severity=severity, env=env)


def ended(service: str, minute: float, *, began: float = 0, origin: str = EU, severity: int = 2) -> Signal:
    """The same alert's end."""
    return signal(
        service,
        at=at(began),
        origin=origin,
        severity=severity,
        status=SignalStatus.RESOLVED,
        ends_at=at(minute),
    )


CORROBORATED = (alert("checkout"), alert("checkout", origin=PROBE))
"""Two systems about a tier 1 service: declared after five minutes."""
STORM = (alert("orders-db"), alert("reporting"), alert("batch"))
"""Three neighbours below tier 1, seen by one system: proposed after five minutes."""


async def declared(house: House) -> Incident:
    """Monitoring declared INC-1 about checkout at minute 5."""
    await house.hears(*CORROBORATED)
    await house.pass_time(minutes=5)
    await house.owed()
    return await house.incident()


async def proposed(house: House) -> Incident:
    """Monitoring proposed INC-1 at minute 5."""
    await house.hears(*STORM)
    await house.pass_time(minutes=5)
    await house.owed()
    candidate = await house.incident()
    assert candidate.major is Major.PROPOSED
    return candidate


async def majors(house: House) -> list[Major]:
    return [incident.major for incident in await house.incidents()]


# ------------------------------------------------------------------ declaring
async def test_two_origins_for_five_minutes_are_one_incident(house: House) -> None:
    await house.hears(*CORROBORATED)
    await house.pass_time(minutes=4, seconds=59)
    assert await house.incidents() == []
    await house.pass_time(seconds=1)
    (incident,) = await house.incidents()
    assert (incident.severity, incident.major, incident.state) == (1, Major.ACCEPTED, State.OPEN)
    assert (incident.declared_by, incident.declared_at) == (MONITORING, at(5))
    assert incident.impacted == ("checkout",)
    told = await house.owed()
    assert (told.count(OpenRoom(incident=ONE)), told.count(Announce(incident=ONE))) == (1, 1)


async def test_the_first_entry_names_the_rule_and_its_evidence(house: House) -> None:
    await declared(house)
    first = (await house.log())[0]
    body = first.body or {}
    assert (first.kind, first.actor) == ("IncidentDeclared", MONITORING)
    assert body["rule"] == "tier1-corroborated"
    assert "Two independent systems" in str(body["rule_says"])
    evidence = body["evidence"]
    assert isinstance(evidence, list)
    assert sorted((e["service"], e["origin"]) for e in evidence) == [("checkout", PROBE), ("checkout", EU)]


@ON_SQLITE
async def test_it_was_detected_when_its_first_alert_began(house: House) -> None:
    """Monitoring repeats itself, and its newest word is not when it first spoke."""
    await house.hears(alert("checkout", -1))
    house.clock.advance(timedelta(minutes=2))
    await house.hears(alert("checkout", -1), alert("checkout", 2, origin=PROBE))
    house.clock.advance(timedelta(minutes=4))
    await house.hears(alert("checkout", -1), alert("checkout", 2, origin=PROBE))
    await house.pass_time(minutes=1)
    incident = await house.incident()
    assert (incident.declared_at, incident.detected_at, incident.impact_started_at) == (at(7), at(-1), at(-1))


@ON_SQLITE
async def test_an_alert_that_ends_in_time_declares_nothing(house: House) -> None:
    await house.hears(*CORROBORATED)
    house.clock.advance(timedelta(minutes=1))
    await house.hears(ended("checkout", 1, origin=PROBE))
    await house.pass_time(minutes=8, seconds=59)
    assert await house.incidents() == []


@ON_SQLITE
async def test_a_gap_shorter_than_noise_does_not_start_the_time_anew(house: House) -> None:
    await house.hears(*CORROBORATED)
    house.clock.advance(timedelta(minutes=2))
    await house.hears(ended("checkout", 2, origin=PROBE))
    house.clock.advance(timedelta(minutes=2))
    await house.hears(alert("checkout", 4, origin=PROBE))
    await house.pass_time(minutes=1)
    assert (await house.incident()).declared_at == at(5)


@ON_SQLITE
async def test_two_roads_of_one_system_are_one_origin(house: House) -> None:
    """The same Prometheus by way of another alert: nothing corroborates it."""
    await house.hears(alert("checkout"), signal("checkout", at=START, name="Latency", severity=2))
    await house.pass_time(minutes=30)
    assert await house.incidents() == []


async def test_two_deliveries_at_the_same_moment_declare_once(house: House) -> None:
    house.clock.advance(timedelta(minutes=6))
    one, other = CORROBORATED
    await asyncio.gather(*(house.hears(*some) for some in ((one,), (other,), (one, other), (other, one))))
    assert await majors(house) == [Major.ACCEPTED]
    assert (await house.kinds()).count("IncidentDeclared") == 1
    assert (await house.told(OpenRoom), len(await house.log())) == (["OpenRoom"], len(await house.kinds()))


async def test_a_delivery_and_the_alarm_at_the_same_moment_declare_once(house: House) -> None:
    await house.hears(*CORROBORATED)
    house.clock.advance(timedelta(minutes=5))
    await asyncio.gather(house.pass_time(seconds=0), house.hears(*CORROBORATED), house.pass_time(seconds=0))
    assert (await house.kinds()).count("IncidentDeclared") == 1


# ------------------------------------------------------------------ what belongs to it
async def test_a_third_delivery_attaches_and_opens_nothing(house: House) -> None:
    await declared(house)
    heard = await house.hears(alert("checkout", 5, origin=US))
    assert heard == Absorbed(new=1)
    assert len(await house.incidents()) == 1
    attached = await house.entry("AlertsAttached")
    assert ([e["origin"] for e in attached["evidence"]], attached["new_services"]) == ([US], [])
    assert await house.told(OpenRoom, Announce) == []


async def test_a_new_service_attaches_and_its_leads_are_invited(house: House) -> None:
    await declared(house)
    await house.pass_time(minutes=1)
    await house.hears(alert("payments", 6))
    assert (await house.incident()).impacted == ("checkout", "payments")
    told = await house.owed()
    assert Invite(incident=ONE, users=(CLEO, DEV)) in told
    assert len(await house.incidents()) == 1


@ON_SQLITE
async def test_a_suspected_root_is_marked_apart_from_what_users_miss(house: House) -> None:
    await house.hears(*CORROBORATED, alert("orders-db", 0.5))
    await house.pass_time(minutes=6)
    incident = await house.incident()
    roots = [s.service for s in incident.services if s.role is ServiceRole.SUSPECTED_ROOT]
    assert (incident.impacted[0], roots) == ("checkout", ["orders-db"])


async def test_a_repeated_delivery_changes_nothing(house: House) -> None:
    await declared(house)
    before = (await house.incident(), await house.log())
    heard = await house.hears(*CORROBORATED, *CORROBORATED)
    assert heard == Absorbed(refreshed=2, ignored=2)
    assert (await house.incident(), await house.log()) == before
    assert await house.owed() == []


CASCADE = (
    alert("orders-db"),
    alert("checkout", 1, severity=1),
    alert("web", 1.5, origin=PROBE),
    alert("payments", 2),
)


@ON_SQLITE
@pytest.mark.parametrize(
    "order",
    list(permutations(range(len(CASCADE)))),
    ids=lambda order: " ".join(CASCADE[i].service_hint for i in order),
)
async def test_any_order_of_arrival_is_the_same_incident(house: House, order: tuple[int, ...]) -> None:
    """A database fails, what needs it follows: monitoring may tell it in any order."""
    house.clock.advance(timedelta(minutes=2))
    for number in order:
        await house.hears(CASCADE[number])
    await house.pass_time(minutes=20)
    (incident,) = await house.incidents()
    assert (incident.rule, incident.declared_at, incident.detected_at) == (
        "tier1-corroborated",
        at(6.5),
        at(0),
    )
    assert sorted(incident.impacted) == ["checkout", "orders-db", "payments", "web"]


@ON_SQLITE
async def test_environments_never_share_an_incident(house: House) -> None:
    await house.hears(
        *CORROBORATED, alert("checkout", env="staging"), alert("checkout", origin=PROBE, env="staging")
    )
    await house.pass_time(minutes=5)
    found = sorted((incident.env, incident.impacted) for incident in await house.incidents())
    assert found == [("production", ("checkout",)), ("staging", ("checkout",))]


# ------------------------------------------------------------------ nobody's service
@ON_SQLITE
async def test_an_alert_that_the_catalogue_does_not_know_is_listed_and_declares_nothing(house: House) -> None:
    heard = await house.hears(alert("warehouse", severity=1), alert("warehouse", origin=PROBE, severity=1))
    await house.pass_time(minutes=30)
    assert heard == Absorbed(new=2, unmapped=2)
    assert await house.incidents() == []
    assert [episode.service_hint for episode in await find.unmapped(house.ports)] == [
        "warehouse",
        "warehouse",
    ]


# ------------------------------------------------------------------ candidates
async def test_one_origin_alone_only_proposes_and_opens_no_room(house: House) -> None:
    await house.hears(alert("checkout", severity=1))
    await house.pass_time(minutes=9, seconds=59)
    assert await house.incidents() == []
    await house.pass_time(seconds=1)
    (candidate,) = await house.incidents()
    assert (candidate.major, candidate.rule, candidate.freeze_since) == (
        Major.PROPOSED,
        "tier1-single-origin",
        None,
    )
    assert await house.told() == ["PostCandidate"]
    assert (await house.kinds()) == ["CandidateProposed"]
    assert (await house.entry("CandidateProposed"))["decide_by"] == at(20).isoformat(timespec="microseconds")


async def test_a_person_accepts_a_candidate(house: House) -> None:
    await proposed(house)
    house.clock.advance(timedelta(minutes=1))
    accepted = await declare.accept(house.ports, incident=ONE, by=BOB)
    assert (accepted.major, accepted.declared_by, accepted.declared_at) == (Major.ACCEPTED, BOB, at(6))
    assert (await house.entry("IncidentDeclared"))["by"] == BOB
    assert {"OpenRoom", "Announce"} <= set(await house.told())
    with pytest.raises(AlreadyDecided, match="<@U0BOB> at 09:06"):
        await declare.accept(house.ports, incident=ONE, by=CLEO)
    await house.pass_time(minutes=30)
    assert (await house.kinds()).count("IncidentDeclared") == 1


@ON_SQLITE
async def test_an_accepted_candidate_was_declared_by_a_person_not_by_the_rule(house: House) -> None:
    await proposed(house)
    accepted = await declare.accept(house.ports, incident=ONE, by=BOB)
    entry = await house.entry("IncidentDeclared")
    assert (accepted.rule, entry["rule"], entry["rule_says"]) == (None, "", "")


async def test_a_person_rejects_a_candidate_with_a_reason(house: House) -> None:
    await proposed(house)
    with pytest.raises(NeedsWords):
        await declare.reject(house.ports, incident=ONE, by=BOB, reason=" ")
    house.clock.advance(timedelta(minutes=1))
    rejected = await declare.reject(house.ports, incident=ONE, by=BOB, reason="a test that was announced")
    assert (rejected.major, rejected.is_live) == (Major.REJECTED, False)
    assert (await house.entry("CandidateRejected"))["reason"] == "a test that was announced"
    with pytest.raises(AlreadyDecided, match="<@U0BOB> at 09:06"):
        await declare.accept(house.ports, incident=ONE, by=CLEO)


async def test_after_a_rejection_only_something_worse_speaks_again(house: House) -> None:
    """The same alerts go on for half an hour; then a tier 1 service joins them."""
    await proposed(house)
    await declare.reject(house.ports, incident=ONE, by=BOB, reason="reports are late, nobody waits for them")
    await house.hears(*STORM)
    await house.pass_time(minutes=25)
    assert await majors(house) == [Major.REJECTED]
    await house.hears(alert("payments", 30))
    await house.pass_time(minutes=4, seconds=59)
    assert await majors(house) == [Major.REJECTED]
    await house.pass_time(seconds=1)
    assert await majors(house) == [Major.REJECTED, Major.PROPOSED]
    again = await house.incident(2)
    assert (again.rule, "payments" in again.impacted) == ("storm", True)
    (asked,) = [entry.body for entry in await house.log(2) if entry.kind == "CandidateProposed"]
    assert asked["again"] == "INC-1 was turned down. It is materially worse: tier 1."


@ON_SQLITE
async def test_after_a_rejection_a_stronger_rule_declares(house: House) -> None:
    await proposed(house)
    await declare.reject(house.ports, incident=ONE, by=BOB, reason="only reports")
    await house.hears(alert("orders-db", 5, origin=PROBE))
    await house.pass_time(minutes=5)
    assert await majors(house) == [Major.REJECTED, Major.ACCEPTED]
    assert (await house.incident(2)).rule == "tier2-corroborated"


@ON_SQLITE
async def test_a_rejection_is_forgotten_after_a_day(house: House) -> None:
    await proposed(house)
    await declare.reject(house.ports, incident=ONE, by=BOB, reason="only reports")
    await house.pass_time(hours=24, seconds=1)
    assert await majors(house) == [Major.REJECTED, Major.PROPOSED]


@ON_SQLITE
async def test_a_rejection_in_one_environment_says_nothing_about_another(house: House) -> None:
    await house.hears(*(alert(s, env="staging") for s in ("orders-db", "reporting", "batch")))
    await house.pass_time(minutes=5)
    await declare.reject(house.ports, incident=ONE, by=BOB, reason="staging only")
    await house.hears(
        *(signal(s, at=at(5), origin=US, severity=2) for s in ("orders-db", "reporting", "batch"))
    )
    await house.pass_time(minutes=5)
    assert [(i.env, i.major) for i in await house.incidents()] == [
        ("staging", Major.REJECTED),
        ("production", Major.PROPOSED),
    ]


async def test_silence_declares_what_is_still_true(house: House) -> None:
    await proposed(house)
    await house.pass_time(minutes=9, seconds=59)
    assert await majors(house) == [Major.PROPOSED]
    await house.pass_time(seconds=1)
    incident = await house.incident()
    assert (incident.major, incident.declared_by, incident.rule) == (Major.ACCEPTED, PROTOCOL, "storm")
    entry = await house.entry("IncidentDeclared")
    assert "Nobody answered the question in time." in entry["rule_says"]
    assert len(entry["evidence"]) == 3


async def test_who_saw_it_elsewhere_is_in_the_log_and_changes_nothing(house: House) -> None:
    await declared(house)
    nod = dataclasses.replace(alert("checkout", 6), status=SignalStatus.ACKNOWLEDGED, by="Ada Lovelace")
    for _ in range(2):
        await house.hears(nod)
    assert (await house.kinds()).count("AlertAcknowledged") == 1
    entry = await house.entry("AlertAcknowledged")
    assert (entry["who"], entry["where"], entry["title"]) == (
        "Ada Lovelace",
        "alertmanager",
        "ErrorRate on checkout",
    )
    picture = await find.picture(house.ports, incident=ONE)
    assert [len(e.acknowledged) for e in picture.episodes] == [1, 0]
    assert all(e.is_open for e in picture.episodes)


@ON_SQLITE
async def test_silence_drops_what_is_not_true_any_more(house: House) -> None:
    await proposed(house)
    house.clock.advance(timedelta(minutes=1))
    await house.hears(*(ended(a.service_hint, 6) for a in STORM))
    await house.pass_time(minutes=9)
    assert await majors(house) == [Major.REJECTED]
    assert (await house.log())[-1].actor == PROTOCOL


def patient(house: House) -> None:
    """A playbook that takes silence about a storm for a no."""
    book = house.ports.handbook()
    rules = [
        rule.model_copy(update={"then": rule.then.model_copy(update={"on_silence": "reject"})})
        for rule in book.playbook.triggers
    ]
    changed = dataclasses.replace(book, playbook=book.playbook.model_copy(update={"triggers": rules}))
    house.ports = dataclasses.replace(house.ports, handbook=lambda: changed)


@ON_SQLITE
async def test_silence_may_mean_no_and_then_the_same_alerts_do_not_ask_again(house: House) -> None:
    patient(house)
    await proposed(house)
    await house.pass_time(minutes=10)
    assert await majors(house) == [Major.REJECTED]
    assert "takes that for a no" in (await house.entry("CandidateRejected"))["reason"]
    await house.hears(*STORM)
    await house.pass_time(minutes=30)
    assert await majors(house) == [Major.REJECTED]
    await house.hears(alert("orders-db", 45, origin=PROBE))
    await house.pass_time(minutes=5)
    assert await majors(house) == [Major.REJECTED, Major.ACCEPTED]


@ON_SQLITE
async def test_what_nobody_answered_is_asked_again_when_it_comes_back(house: House) -> None:
    """Silence is no rejection: it must not be the reason why nobody comes."""
    await proposed(house)
    house.clock.advance(timedelta(minutes=1))
    await house.hears(*(ended(a.service_hint, 6) for a in STORM))
    await house.pass_time(minutes=54)
    await house.hears(*(alert(a.service_hint, 60) for a in STORM))
    await house.pass_time(minutes=5)
    assert await majors(house) == [Major.REJECTED, Major.PROPOSED]


async def test_stronger_evidence_promotes_an_open_candidate(house: House) -> None:
    """A storm is proposed at minute 5; a second system on a tier 1 service reaches its time at 8."""
    await house.hears(alert("orders-db"), alert("reporting"), alert("payments"))
    house.clock.advance(timedelta(minutes=3))
    await house.hears(alert("payments", 3, origin=PROBE))
    await house.pass_time(minutes=4, seconds=59)
    assert await majors(house) == [Major.PROPOSED]
    await house.pass_time(seconds=1)
    promoted = await house.incident()
    assert (promoted.major, promoted.severity, promoted.declared_at) == (Major.ACCEPTED, 1, at(8))
    entry = await house.entry("IncidentDeclared")
    assert (promoted.rule, entry["rule"]) == ("tier1-corroborated", "tier1-corroborated")
    with pytest.raises(AlreadyDecided, match="was already decided"):
        await declare.reject(house.ports, incident=ONE, by=BOB, reason="too late")
    await house.pass_time(minutes=10)
    assert (await house.kinds()).count("IncidentDeclared") == 1


@ON_SQLITE
async def test_a_candidate_that_spreads_invites_nobody(house: House) -> None:
    """There is no room to be invited to, and nobody has said that it is an incident."""
    await proposed(house)
    await house.hears(alert("payments", 5))
    assert "payments" in (await house.incident()).impacted
    assert await house.owed() == []


async def test_a_click_and_stronger_evidence_at_the_same_moment_declare_once(house: House) -> None:
    await proposed(house)
    house.clock.advance(timedelta(minutes=6))
    strong = alert("orders-db", 5, origin=PROBE)
    await asyncio.gather(
        declare.accept(house.ports, incident=ONE, by=BOB), house.hears(strong), return_exceptions=True
    )
    assert await majors(house) == [Major.ACCEPTED]
    assert (await house.kinds()).count("IncidentDeclared") == 1


@ON_SQLITE
async def test_two_candidates_that_turn_out_to_be_one_outage_become_one(house: House) -> None:
    """The database and the search index fail apart, until the shop above them fails too."""
    await house.hears(alert("payments", severity=1), alert("search-idx"), alert("search"))
    await house.hears(alert("dns"), alert("auth"), alert("login"))
    await house.pass_time(minutes=10)
    assert await majors(house) == [Major.PROPOSED, Major.PROPOSED]
    await house.hears(alert("checkout", 10, origin=PROBE))
    await house.pass_time(minutes=5)
    states = await majors(house)
    assert (states.count(Major.ACCEPTED), states.count(Major.PROPOSED)) == (1, 0)
    await house.pass_time(minutes=30)
    assert (await majors(house)).count(Major.ACCEPTED) == 1


# ------------------------------------------------------------------ afterwards
async def resolved(house: House, minute: float = 20, *, quiet_at: float = 15) -> None:
    """INC-1 went quiet and was resolved."""
    await declared(house)
    await house.pass_time(minutes=quiet_at - 5)
    await house.hears(ended("checkout", quiet_at), ended("checkout", quiet_at, origin=PROBE))
    await house.pass_time(minutes=minute - quiet_at)
    await resolve.resolve(
        house.ports,
        incident=ONE,
        by=GUS,
        code=ResolutionCode.SOLUTION_PROVIDED,
        note="pool raised",
        despite="we know better",
    )
    await house.owed()


async def test_it_is_reopened_when_it_comes_back_soon(house: House) -> None:
    await resolved(house)
    await house.pass_time(minutes=40)
    await house.hears(alert("checkout", 60), alert("checkout", 60, origin=PROBE))
    await house.pass_time(minutes=4, seconds=59)
    assert (await house.incident()).state is State.RESOLVED
    await house.pass_time(seconds=1)
    (incident,) = await house.incidents()
    assert (incident.state, incident.resolved_at, incident.thawed_at) == (State.OPEN, None, None)
    assert (await house.entry("IncidentReopened"))["by"] == MONITORING


@ON_SQLITE
async def test_long_after_the_resolution_it_is_a_new_incident(house: House) -> None:
    await resolved(house)
    await house.pass_time(hours=2)
    await house.hears(alert("checkout", 140), alert("checkout", 140, origin=PROBE))
    await house.pass_time(minutes=5)
    assert [i.state for i in await house.incidents()] == [State.RESOLVED, State.OPEN]


@ON_SQLITE
@pytest.mark.parametrize("closes", [False, True], ids=["resolved", "closed"])
@pytest.mark.parametrize("hours", [1, 3])
async def test_an_alert_that_never_stopped_declares_nothing_twice(
    house: House, hours: int, *, closes: bool
) -> None:
    """It was there when a person said that it is over."""
    await declared(house)
    await resolve.resolve(
        house.ports,
        incident=ONE,
        by=GUS,
        code=ResolutionCode.SOLUTION_PROVIDED,
        note="the alerts are wrong",
        despite="we know better",
    )
    if closes:
        await resolve.close(house.ports, incident=ONE, by=GUS)
    await house.pass_time(hours=hours)
    await house.hears(*CORROBORATED)
    await house.pass_time(minutes=10)
    (incident,) = await house.incidents()
    assert not incident.is_live


@ON_SQLITE
async def test_what_comes_back_after_the_record_was_closed_is_a_new_incident(house: House) -> None:
    await resolved(house)
    await resolve.close(house.ports, incident=ONE, by=GUS)
    await house.pass_time(minutes=5)
    await house.hears(alert("checkout", 25), alert("checkout", 25, origin=PROBE))
    await house.pass_time(minutes=5)
    assert [i.state for i in await house.incidents()] == [State.CLOSED, State.OPEN]


async def test_when_monitoring_is_quiet_the_commander_is_asked_once(house: House) -> None:
    """Quiet counts from three minutes after the last alert, and has to last for ten."""
    await declared(house)
    await house.pass_time(minutes=10)
    await house.hears(ended("checkout", 15), ended("checkout", 15, origin=PROBE))
    await house.owed()
    await house.pass_time(minutes=12, seconds=59)
    assert not await asked(house)
    await house.pass_time(seconds=1)
    assert await asked(house) == [GUS], "nobody took command, so the duty manager acts"
    assert (await house.incident()).state is State.OPEN
    await house.pass_time(hours=1)
    await house.hears(ended("checkout", 15), ended("checkout", 15, origin=PROBE))
    await house.pass_time(hours=1)
    assert not await asked(house)


async def asked(house: House) -> list[str]:
    return [
        e.user for e in await house.owed() if isinstance(e, TellPerson) and isinstance(e.about, QuietNoticed)
    ]


@ON_SQLITE
async def test_quiet_that_does_not_last_is_no_question(house: House) -> None:
    await declared(house)
    await house.pass_time(minutes=10)
    await house.hears(ended("checkout", 15), ended("checkout", 15, origin=PROBE))
    await house.pass_time(minutes=10)
    await house.hears(alert("checkout", 25))
    await house.pass_time(minutes=10)
    await house.hears(ended("checkout", 35, began=25))
    await house.pass_time(minutes=12, seconds=59)
    assert "QuietNoticed" not in await house.kinds()
    await house.pass_time(seconds=1)
    assert (await house.kinds()).count("QuietNoticed") == 1


@ON_SQLITE
async def test_alerts_that_ended_before_the_declaration_are_heard_to_be_quiet_too(house: House) -> None:
    await house.hears(*CORROBORATED)
    house.clock.advance(timedelta(minutes=4))
    await house.hears(ended("checkout", 4), ended("checkout", 4, origin=PROBE))
    await house.pass_time(minutes=1)
    assert (await house.incident()).declared_at == at(5)
    await house.pass_time(minutes=12)
    assert (await house.kinds()).count("QuietNoticed") == 1


@ON_SQLITE
async def test_a_candidate_accepted_after_its_alerts_ended_is_asked_too(house: House) -> None:
    await proposed(house)
    house.clock.advance(timedelta(minutes=1))
    await house.hears(*(ended(a.service_hint, 6) for a in STORM))
    await declare.accept(house.ports, incident=ONE, by=FAY)
    await house.pass_time(minutes=13)
    assert (await house.kinds()).count("QuietNoticed") == 1
