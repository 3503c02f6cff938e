"""Step 1: monitoring declares, though no user has complained.

Sustained, corroborated alerts become exactly one major incident, whose log begins with the
rule and its evidence; a weaker case is a question to people, and silence answers it.
"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

from bot.demo.cast import Cast
from bot.demo.outbreak import (
    ACCEPTED,
    CHECKOUT_ERRORS,
    CHECKOUT_PROBE,
    MINUTE,
    PROBES,
    PROMETHEUS,
    monitoring_declares,
    storm,
)
from bot.demo.world import Alert, ago, delivery, resolved
from playbooks.domain.incident import Major
from sandbox.testing import Message
from tests.scenarios.conftest import on_both, once
from tests.scenarios.record import Record, printed

SUSTAINED = timedelta(minutes=5)
SEARCH_ERRORS = Alert(name="SearchErrors", service="search", summary="Search answers 500")
SEARCH_PROBE = Alert(name="SearchProbe", service="search-api", summary="Searching for socks finds nothing")


async def one_origin(cast: Cast) -> None:
    """One system alone reports a critical fault on a tier 1 service for ten minutes."""
    now = await cast.machines.now()
    cast.alerts = [CHECKOUT_ERRORS.firing(ago(now, 5), PROMETHEUS)]
    await cast.machines.alert(delivery(cast.alerts, origin=PROMETHEUS))
    await cast.house.advance(10 * MINUTE + 10)


async def proposed(cast: Cast) -> Message:
    """The question in the incidents channel."""
    await one_origin(cast)
    return await cast.said("INC-1", "incidents")


async def test_sustained_alerts_declare_one_incident_with_rule_and_evidence(
    cast: Cast, record: Record
) -> None:
    await monitoring_declares(cast)
    await cast.card("INC-1")

    (incident,) = await record.incidents()
    assert (incident.severity, incident.major, incident.rule) == (1, Major.ACCEPTED, "tier1-corroborated")
    first = (await record.log())[0]
    assert (first.seq, first.kind, first.actor) == (1, "IncidentDeclared", "monitoring")
    assert first.body is not None
    assert first.body["rule"] == "tier1-corroborated"
    evidence = first.body["evidence"]
    assert isinstance(evidence, list)
    assert {alert["origin"] for alert in evidence} == {PROMETHEUS, PROBES}
    assert CHECKOUT_ERRORS.summary in {alert["title"] for alert in evidence}
    corroborated = max(datetime.fromisoformat(alert["since"]) for alert in evidence)
    assert timedelta() <= first.at - corroborated - SUSTAINED < timedelta(minutes=1)

    attached = await record.logged("AlertsAttached", "Unconfirmed payments pile up")
    assert attached.seq > first.seq
    announced = [m for m in await cast.channel("incidents").messages() if "INC-1" in m.text]
    assert len(announced) == 1


@on_both
async def test_deliveries_that_come_twice_and_together_declare_once(cast: Cast, record: Record) -> None:
    await storm(cast)
    again = delivery(cast.alerts, origin=PROMETHEUS)
    statuses = await asyncio.gather(*[cast.machines.alert(again) for _ in range(6)])
    assert set(statuses) == {ACCEPTED}
    await cast.card("INC-1")
    assert [incident.id for incident in await record.incidents()] == [1]
    assert len(await record.log("IncidentDeclared")) == 1


@once
async def test_alerts_that_end_in_time_declare_nothing(cast: Cast, record: Record) -> None:
    """The outage that follows on another service is INC-1: the first one took no number."""
    now = await cast.machines.now()
    fault = CHECKOUT_ERRORS.firing(ago(now, 5), PROMETHEUS)
    probe = CHECKOUT_PROBE.firing(ago(now, 5), PROBES)
    await cast.machines.alert(delivery([fault], origin=PROMETHEUS))
    await cast.machines.alert(delivery([probe], origin=PROBES))
    await cast.house.advance(60)
    over = await cast.machines.now()
    await cast.machines.alert(delivery([resolved(fault, over)], origin=PROMETHEUS, status="resolved"))
    await cast.machines.alert(delivery([resolved(probe, over)], origin=PROBES, status="resolved"))
    await record.thought_about()
    await cast.house.advance(20 * MINUTE)
    await search_fails(cast)
    await cast.said("INC-1", "incidents")
    assert [incident.impacted for incident in await record.incidents()] == [("search",)]


async def search_fails(cast: Cast) -> None:
    """Two systems report a serious fault on a tier 2 service for five minutes."""
    now = await cast.machines.now()
    for alert, origin in ((SEARCH_ERRORS, PROMETHEUS), (SEARCH_PROBE, PROBES)):
        await cast.machines.alert(delivery([alert.firing(ago(now, 5), origin)], origin=origin))
    await cast.house.advance(5 * MINUTE + 5)


@once
async def test_two_outages_that_have_nothing_to_do_with_each_other_are_two_incidents(
    cast: Cast, record: Record
) -> None:
    await storm(cast)
    await cast.said("INC-1", "incidents")
    await search_fails(cast)
    await cast.said("INC-2", "incidents")
    first, second = await record.incidents()
    assert (first.severity, set(first.impacted)) == (1, {"checkout", "payments"})
    assert (second.severity, second.impacted, second.rule) == (2, ("search",), "tier2-corroborated")


@on_both
async def test_one_origin_alone_is_a_question_that_a_person_answers(cast: Cast, record: Record) -> None:
    asked = await proposed(cast)
    first = (await record.log())[0]
    assert (first.kind, (first.body or {})["rule"]) == ("CandidateProposed", "tier1-single-origin")
    assert not await cast.channel("inc-1-checkout").exists()

    await asked.button("Yes").press(as_="bob")
    await cast.card("INC-1")
    (declared,) = await record.log("IncidentDeclared")
    assert declared.actor == "U0BOB"
    answered = await asked.refresh()
    assert "Yes" not in " ".join(answered.buttons)


@once
async def test_a_candidate_that_is_turned_down_stays_silent(cast: Cast, record: Record) -> None:
    asked = await proposed(cast)
    await asked.button("No…").press(as_="bob")
    form = await cast.person("bob").modal()
    await form.submit({"reason": "a load test that was announced"})
    await cast.channel("incidents").expect("Turned down")
    assert (await asked.refresh()).buttons == []
    (rejected,) = await record.log("CandidateRejected")
    assert (rejected.actor, "load test" in str(rejected.body)) == ("U0BOB", True)

    await cast.machines.alert(delivery(cast.alerts, origin=PROMETHEUS))
    await cast.house.advance(30 * MINUTE)
    await search_fails(cast)
    await cast.said("INC-2", "incidents")
    assert [incident.major for incident in await record.incidents()] == [Major.REJECTED, Major.ACCEPTED]


@once
async def test_nobody_answers_and_the_alerts_still_stand_so_it_is_declared(
    cast: Cast, record: Record
) -> None:
    await proposed(cast)
    await cast.house.advance(10 * MINUTE + 5)
    await cast.card("INC-1")
    (declared,) = await record.bodies("IncidentDeclared")
    assert "Nobody answered" in declared["rule_says"]


@once
async def test_stronger_evidence_promotes_a_candidate_and_a_late_no_is_told_so(
    cast: Cast, record: Record
) -> None:
    """T-a 23: the open question is replaced by the declaration."""
    asked = await proposed(cast)
    await asked.button("No…").press(as_="bob")
    late = await cast.person("bob").modal()
    probe = CHECKOUT_PROBE.firing(ago(await cast.machines.now(), 5), PROBES)
    await cast.machines.alert(delivery([probe], origin=PROBES))
    await cast.house.advance(5 * MINUTE + 5)
    await cast.card("INC-1")

    refused = await late.submit({"reason": "a load test"})
    assert refused.kind == "errors"
    assert "already decided" in " ".join(refused.errors.values())
    (incident,) = await record.incidents()
    assert (incident.major, incident.severity) == (Major.ACCEPTED, 1)


@once
async def test_a_service_that_the_catalogue_does_not_know_never_declares(cast: Cast, record: Record) -> None:
    """It is kept and shown to operators, so that somebody adds the name."""
    now = await cast.machines.now()
    unknown = Alert(name="Down", service="mystery-service", summary="Mystery is down")
    for origin in (PROMETHEUS, PROBES):
        await cast.machines.alert(delivery([unknown.firing(ago(now, 5), origin)], origin=origin))
    await cast.house.advance(15 * MINUTE)
    await search_fails(cast)
    await cast.said("INC-1", "incidents")
    assert [incident.impacted for incident in await record.incidents()] == [("search",)]
    assert printed(cast.house, "inbox.unmapped")
    home = await cast.person("ada").open_home(cast.house.app)
    await home.expect("mystery-service")


@on_both
async def test_why_it_was_declared_stands_below_the_card_with_a_picture(cast: Cast) -> None:
    await storm(cast)
    await cast.card("INC-1")
    shown = await cast.said("Why it was declared")
    assert "tier1-corroborated" in shown.text
    (file,) = shown.raw["files"]
    assert file["mimetype"] == "image/png"
    assert "declared at" in file["alt_txt"]
    assert shown.thread_ts == (await cast.card()).ts


@once
async def test_without_a_picture_the_words_are_said_once(cast: Cast) -> None:
    faults = cast.house.workspace.faults
    await faults.add("error", name="files.getUploadURLExternal", error="missing_scope")
    await storm(cast)
    await cast.card("INC-1")
    shown = await cast.said("Why it was declared")
    assert not shown.raw.get("files")
    assert len(printed(cast.house, "evidence.no_picture")) == 1
    said = await cast.channel().messages(threads=True)
    assert len([each for each in said if "Why it was declared" in each.text]) == 1


@once
async def test_what_is_not_understood_is_put_aside_and_stops_nobody_else(cast: Cast, record: Record) -> None:
    assert await cast.machines.alert({"version": "4", "alerts": "none of your business"}) == ACCEPTED
    await storm(cast)
    await cast.card("INC-1")
    assert len(await record.incidents()) == 1
    (line,) = printed(cast.house, "inbox.quarantined")
    assert line["source"] == "hook:alertmanager"
    assert "none of your business" not in str(line)
    home = await cast.person("dev").open_home(cast.house.app)
    await home.expect("alertmanager")
    await home.expect(str(line["reason"])[:60])


@once
async def test_two_roads_from_one_system_are_one_witness(cast: Cast, record: Record) -> None:
    """The same Prometheus through Alertmanager and through the generic door does not corroborate itself."""
    now = await cast.machines.now()
    fault = CHECKOUT_ERRORS.firing(ago(now, 5), PROMETHEUS)
    await cast.machines.alert(delivery([fault], origin=PROMETHEUS))
    forwarded = {
        "key": "pagerduty-4711",
        "status": "firing",
        "service": "checkout",
        "severity": "critical",
        "origin": PROMETHEUS,
        "title": "Checkout errors, forwarded",
        "started_at": fault["startsAt"],
    }
    assert await cast.machines.alert(forwarded, source="generic") == ACCEPTED
    await cast.house.advance(6 * MINUTE)
    await search_fails(cast)
    await cast.said("search", "incidents")
    declared = [incident for incident in await record.incidents() if incident.major is Major.ACCEPTED]
    assert [incident.impacted for incident in declared] == [("search",)]
