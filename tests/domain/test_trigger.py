"""Two systems that agree call people at once; one alone asks first; noise calls nobody."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playbooks.domain.correlation import Cluster, clusters
from playbooks.domain.evidence import shown
from playbooks.domain.handbook import Handbook
from playbooks.domain.ids import IncidentId, ServiceName, UserId
from playbooks.domain.incident import AffectedService, Incident, Major, ServiceRole, State
from playbooks.domain.signal import Episode, Interval, SignalKind
from playbooks.domain.trigger import Fired, came_back, earliest, judge, same_outage, why_again
from playbooks.monitored import Maintenance
from playbooks.schema import TriggerAction, TriggerRule, TriggerThen, TriggerWhen
from tests.domain.outages import ALERTS, HANDBOOK, alert, at, spans

DECLARE, PROPOSE = TriggerAction.DECLARE, TriggerAction.PROPOSE
RESTLESS = spans((0, 60), (240, 300), (480, 540))  # six changes: flapping from 540 on
NODATA = SignalKind.NODATA


def one(*episodes: Episode, now: float = 1000) -> Cluster:
    [cluster] = clusters(episodes, HANDBOOK.graph, alerts=ALERTS, at=at(now))
    return cluster


def fired(*episodes: Episode, now: float = 1000, handbook: Handbook = HANDBOOK) -> Fired | None:
    return judge(one(*episodes, now=now), handbook, at=at(now))


def verdict(*episodes: Episode, now: float = 1000, handbook: Handbook = HANDBOOK) -> tuple[str, str] | None:
    decided = fired(*episodes, now=now, handbook=handbook)
    return (decided.rule.id, decided.rule.then.action) if decided else None


def rule(name: str, action: TriggerAction = DECLARE, severity: int = 2, **when: object) -> TriggerRule:
    return TriggerRule(
        id=name,
        says=name,
        when=TriggerWhen.model_validate(when),
        then=TriggerThen(action=action, severity=severity),
    )


def ruled(*rules: TriggerRule) -> Handbook:
    playbook = HANDBOOK.playbook.model_copy(update={"triggers": rules})
    return Handbook(playbook=playbook, catalogue=HANDBOOK.catalogue)


PROBE = alert("checkout", 0, origin="blackbox", kind=SignalKind.PROBE)


@pytest.mark.parametrize(
    ("episodes", "now", "expected"),
    [
        pytest.param(
            [alert("checkout", 0), PROBE], 300, ("tier1-corroborated", DECLARE),
            id="Prometheus and a probe agree about a tier 1 service for five minutes",
        ),
        pytest.param([alert("checkout", 0), PROBE], 299, None, id="not yet five minutes"),
        pytest.param(
            [alert("checkout", 0), alert("checkout", 1)], 900, None, id="two alerts of one Prometheus are one"
        ),
        pytest.param(
            [alert("orders-db", 0), alert("checkout", 5, origin="blackbox")], 305,
            ("tier1-corroborated", DECLARE),
            id="the second system speaks about a neighbour",
        ),
        pytest.param(
            [alert("orders-db", 0), alert("reporting", 0, origin="blackbox")], 300,
            ("tier2-corroborated", DECLARE), id="tier 2",
        ),
        pytest.param(
            [alert("recs", 0), alert("recs", 0, origin="blackbox")], 900, None, id="tier 3 calls nobody"
        ),
        pytest.param(
            [alert("checkout", 0, severity=3), alert("checkout", 0, severity=3, origin="blackbox")],
            900, None, id="two systems that only warn",
        ),
        pytest.param(
            [alert("checkout", 0), alert("checkout", 0, origin="deployments", severity=5)], 900, None,
            id="information is no evidence",
        ),
        pytest.param(
            [alert("payments", 0, severity=1)], 599, None, id="one system alone: not yet ten minutes"
        ),
        pytest.param(
            [alert("payments", 0, severity=1)], 600, ("tier1-single-origin", PROPOSE),
            id="one system alone asks after ten minutes",
        ),
        pytest.param(
            [alert("orders-db", 0), alert("reporting", 10), alert("batch", 20)], 320, ("storm", PROPOSE),
            id="three services that hang together",
        ),
        pytest.param(
            [alert("orders-db", 0), alert("reporting", 10), alert("batch", 20)], 319, None,
            id="the third of them not yet for five minutes",
        ),
        pytest.param(
            [alert("checkout", 0, 250), PROBE], 420, ("tier1-corroborated", DECLARE),
            id="an alert that was quiet for less than keep still stands",
        ),
        pytest.param([alert("checkout", 0, 250), PROBE], 430, None, id="an alert that is gone"),
        pytest.param(
            [alert("checkout", 0), alert("checkout", 0, origin="datadog", kind=NODATA)], 600,
            ("tier1-corroborated", PROPOSE), id="missing data may only make it a proposal",
        ),
        pytest.param(
            [alert("checkout", 0, intervals=RESTLESS),
             alert("checkout", 0, intervals=RESTLESS, origin="blackbox")], 600,
            ("tier1-corroborated", PROPOSE), id="alerts that all flap may only make it a proposal",
        ),
        pytest.param(
            [alert("checkout", 0, intervals=RESTLESS), alert("checkout", 0, origin="blackbox")], 600,
            ("tier1-corroborated", DECLARE), id="one of the two is steady",
        ),
        pytest.param([alert("gone", 0, severity=1), alert("gone", 0, origin="b")], 900, None, id="forgotten"),
    ],
)  # fmt: skip
def test_what_alerts_amount_to(episodes: list[Episode], now: int, expected: tuple[str, str] | None) -> None:
    assert verdict(*episodes, now=now) == expected


def test_alerts_on_services_nobody_knows_declare_nothing() -> None:
    strangers = Cluster(
        env="production",
        episodes=(alert(None, 0, severity=1), alert(None, 1, severity=1, origin="b")),
        services=(),
        suspected_roots=(),
    )
    assert judge(strangers, ruled(rule("anything")), at=at(9000)) is None


def test_a_rule_about_burning_budgets_reads_only_those() -> None:
    burns = ruled(rule("fast-burn", kind="slo_burn", tier=2))
    assert verdict(alert("search", 0), handbook=burns) is None
    burning = alert("search", 0, kind=SignalKind.SLO_BURN)
    assert verdict(burning, handbook=burns) == ("fast-burn", DECLARE)


def test_the_first_rule_that_holds_decides() -> None:
    both = ruled(rule("mild", PROPOSE), rule("strict"))
    assert verdict(alert("search", 0), handbook=both) == ("mild", PROPOSE)


def test_weak_evidence_for_a_strong_rule_does_not_hide_firm_evidence_for_another() -> None:
    rules = ruled(rule("corroborated", distinct_origins=2), rule("severe", severity=1))
    episodes = [alert("search", 0, severity=2), alert("search", 1, origin="datadog", kind=NODATA)]
    assert verdict(*episodes, handbook=rules) == ("severe", DECLARE)
    strict = ruled(rule("corroborated", distinct_origins=2), rule("mild", PROPOSE))
    assert verdict(*episodes, handbook=strict) == ("corroborated", PROPOSE)


def test_an_open_proposal_is_asked_only_whether_it_became_a_declaration() -> None:
    """The storm stands as a proposal until a second system on tier 1 has spoken for five minutes."""
    storm = [alert("orders-db", 0), alert("reporting", 10), alert("batch", 20)]
    stronger = [*storm, alert("checkout", 180, origin="blackbox")]
    before, then = one(*stronger, now=479), one(*stronger, now=480)
    assert judge(before, ruled(*HANDBOOK.playbook.triggers[2:]), at=at(479), only_declare=True) is None
    assert judge(one(*storm), HANDBOOK, at=at(1000), only_declare=True) is None
    promoted = judge(then, HANDBOOK, at=at(480), only_declare=True)
    assert promoted
    assert promoted.rule.id == "tier1-corroborated"


def test_a_proposal_rule_in_front_does_not_hide_a_declaration_from_an_open_proposal() -> None:
    both = ruled(rule("mild", PROPOSE), rule("strict"))
    promoted = judge(one(alert("search", 0)), both, at=at(1000), only_declare=True)
    assert promoted
    assert promoted.rule.id == "strict"


def test_flapping_alone_never_promotes_a_proposal() -> None:
    flaps = one(alert("checkout", 0, severity=1, intervals=RESTLESS), now=600)
    assert judge(flaps, HANDBOOK, at=at(600), only_declare=True) is None
    assert judge(flaps, ruled(rule("any")), at=at(600), only_declare=True) is None


def test_evidence_is_told_oldest_first_with_where_it_can_be_read() -> None:
    decided = fired(alert("checkout", 60), alert("checkout", 0, origin="blackbox"))
    assert decided
    [first, second] = decided.evidence
    assert (first.origin, first.since, first.service) == ("blackbox", at(0), "checkout")
    assert (second.origin, second.since) == ("prometheus", at(60))
    assert second.title == "checkout@60"
    assert second.link == "https://prom.example/checkout@60"


# ------------------------------------------------------------------ when to look again
@pytest.mark.parametrize(
    ("episodes", "now", "expected"),
    [
        pytest.param([alert("checkout", 0), PROBE], 10, 300, id="in time for five minutes"),
        pytest.param([alert("payments", 0, severity=1)], 10, 600, id="in time for ten minutes"),
        pytest.param([alert("payments", 0, severity=1)], 600, None, id="it has happened"),
        pytest.param([alert("payments", 0, severity=2)], 10, None, id="no rule could ever hold"),
        pytest.param(
            [alert("payments", 0, severity=1), alert("checkout", 100, origin="blackbox")], 110, 400,
            id="the second system decides when",
        ),
        pytest.param(
            [alert("payments", 0, 100, severity=1)], 110, None, id="it will be gone before ten minutes"
        ),
        pytest.param(
            [alert("payments", 0, 450, severity=1)], 460, 600, id="it will just still stand after ten minutes"
        ),
        pytest.param(
            [alert("payments", 0, 420, severity=1)], 430, None, id="it will be gone in that very moment"
        ),
        pytest.param([alert("payments", 0, 100, severity=1)], 400, None, id="it is gone"),
        pytest.param(
            [alert("recs", 0, intervals=RESTLESS)], 600, 720, id="an alert that flaps may calm down"
        ),
    ],
)  # fmt: skip
def test_when_to_look_again(episodes: list[Episode], now: int, expected: int | None) -> None:
    cluster = one(*episodes, now=now)
    assert earliest(cluster, HANDBOOK, at=at(now)) == (None if expected is None else at(expected))


@st.composite
def some_alerts(draw: st.DrawFn) -> list[Episode]:
    told = draw(
        st.lists(
            st.tuples(
                st.sampled_from(["checkout", "payments", "orders-db", "psp-ext"]),
                st.integers(0, 10).map(lambda n: n * 60),
                st.one_of(st.none(), st.integers(1, 10).map(lambda n: n * 60)),
                st.sampled_from(["prometheus", "blackbox"]),
                st.integers(1, 3),
            ),
            min_size=1,
            max_size=6,
            unique_by=lambda t: (t[0], t[1], t[3]),
        )
    )
    return [
        alert(service, start, None if d is None else start + d, origin=origin, severity=severity)
        for service, start, d, origin, severity in told
    ]


@given(some_alerts(), st.integers(600, 1200), st.integers(1, 1200), st.integers(0, 3))
@settings(max_examples=150, deadline=None)
def test_no_rule_begins_to_hold_before_the_instant_that_is_promised(
    episodes: list[Episode], now: int, wait: int, number: int
) -> None:
    """Otherwise the timer would come too late and people would be called too late."""
    single = ruled(HANDBOOK.playbook.triggers[number])
    for cluster in clusters(episodes, HANDBOOK.graph, alerts=ALERTS, at=at(now)):
        promised = earliest(cluster, single, at=at(now))
        later = at(now + wait)
        begins = judge(cluster, single, at=at(now)) is None and judge(cluster, single, at=later) is not None
        assert not begins or (promised is not None and promised <= later)


@given(some_alerts(), st.integers(0, 1200))
@settings(max_examples=60, deadline=None)
def test_one_more_alert_never_takes_a_verdict_away(episodes: list[Episode], now: int) -> None:
    """Whatever holds for the oldest alerts of an outage holds for all of them."""
    for cluster in clusters(episodes, HANDBOOK.graph, alerts=ALERTS, at=at(now)):
        fewer = replace(cluster, episodes=cluster.episodes[:-1])
        if judge(fewer, HANDBOOK, at=at(now)):
            assert judge(cluster, HANDBOOK, at=at(now))


# ------------------------------------------------------------------ one outage, one incident
def incident(number: int, *services: str, state: State = State.OPEN, **changes: object) -> Incident:
    known = Incident(
        id=IncidentId(number),
        title="Checkout fails",
        env="production",
        severity=1,
        state=state,
        major=Major.ACCEPTED,
        services=tuple(
            AffectedService(service=ServiceName(name), role=ServiceRole.IMPACTED) for name in services
        ),
        impact_started_at=at(0),
        detected_at=at(0),
        declared_at=at(0),
        declared_by=UserId("U0ADA"),
        rule=None,
    )
    return replace(known, **changes)  # type: ignore[arg-type]  # a builder takes any field


def resolved(number: int, *services: str, since: datetime) -> Incident:
    return incident(number, *services, state=State.RESOLVED, resolved_at=since)


TWO_HOURS = 7200
SEARCHING = incident(
    5, services=(AffectedService(service=ServiceName("checkout"), role=ServiceRole.SUSPECTED_ROOT),)
)


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        pytest.param([], [], id="nothing is known: a new outage"),
        pytest.param([incident(1, "checkout")], [1], id="it impacts the same service"),
        pytest.param([incident(1, "search")], [], id="another service"),
        pytest.param([incident(7, "search")], [7], id="it has one of the alerts"),
        pytest.param([incident(2, "checkout", env="staging")], [], id="another environment"),
        pytest.param([incident(7, "search", env="staging")], [], id="even with one of the alerts"),
        pytest.param([incident(1, "checkout", state=State.MITIGATED)], [1], id="mitigated is not over"),
        pytest.param([incident(1, "checkout", state=State.CLOSED)], [], id="closed"),
        pytest.param([incident(1, "checkout", state=State.MERGED)], [], id="merged"),
        pytest.param([SEARCHING], [], id="a suspected root is no impact"),
        pytest.param([resolved(1, "checkout", since=at(10_000 - TWO_HOURS + 1))], [1], id="just resolved"),
        pytest.param([resolved(1, "checkout", since=at(10_000 - TWO_HOURS))], [], id="resolved long ago"),
        pytest.param([resolved(7, "search", since=at(0))], [], id="long ago, with one of the alerts"),
        pytest.param(
            [incident(9, "checkout"), incident(7, "search"), incident(3, "payments")], [3, 7, 9],
            id="several, the oldest number first",
        ),
    ],
)  # fmt: skip
def test_which_incident_an_outage_belongs_to(known: list[Incident], expected: list[int]) -> None:
    cluster = one(alert("checkout", 9000, incident=7), alert("payments", 9010), now=10_000)
    same = same_outage(cluster, known, at=at(10_000), alerts=ALERTS)
    assert [incident.id for incident in same] == expected


@pytest.mark.parametrize(
    ("intervals", "expected"),
    [
        pytest.param(spans((0, None)), False, id="it never stopped, and somebody knew that"),
        pytest.param(spans((0, 4000), (5200, None)), True, id="it came back"),
        pytest.param(spans((0, 4990), (5010, None)), False, id="a gap shorter than keep is noise"),
        pytest.param(spans((5000, None)), False, id="it began in the very moment"),
    ],
)
def test_only_what_began_after_the_resolution_reopens_an_incident(
    intervals: tuple[Interval, ...], *, expected: bool
) -> None:
    cluster = one(alert("checkout", 0, intervals=intervals), now=5500)
    assert came_back(cluster, resolved(1, "checkout", since=at(5000)), alerts=ALERTS) is expected


def test_an_incident_that_is_not_resolved_cannot_come_back() -> None:
    assert not came_back(one(alert("checkout", 0)), incident(1, "checkout"), alerts=ALERTS)


BEFORE = "INC-1 was turned down. It is materially worse: "


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        pytest.param(incident(1, "reporting", rule="storm"), "tier 1.", id="a more important service"),
        pytest.param(incident(1, "web", severity=3, rule="storm"), "SEV2.", id="a higher severity"),
        pytest.param(
            incident(1, "web", rule="tier1-single-origin", severity=2), "rule storm.", id="a stronger rule"
        ),
        pytest.param(incident(1, "web", rule="gone"), "rule storm.", id="nobody knows the rule any more"),
        pytest.param(incident(1, "web", rule="storm"), None, id="the same again"),
        pytest.param(incident(1, "web", rule="tier1-corroborated"), None, id="less than before"),
    ],
)
def test_what_was_turned_down_says_what_became_worse(before: Incident, expected: str | None) -> None:
    storm = next(rule for rule in HANDBOOK.playbook.triggers if rule.id == "storm")
    evidence = shown([alert("checkout", 0), alert("orders-db", 0)])
    fired = Fired(rule=storm, evidence=evidence)
    assert why_again(HANDBOOK, fired, before) == "", "it was not turned down"
    rejected = replace(before, major=Major.REJECTED)
    assert why_again(HANDBOOK, fired, rejected) == ("" if expected is None else BEFORE + expected)
    assert why_again(HANDBOOK, fired, None) == ""


def test_the_sustained_time_of_the_shipped_rules_is_in_the_playbook() -> None:
    sustained = {r.id: r.when.sustained for r in HANDBOOK.playbook.triggers}
    assert sustained["storm"] == timedelta(minutes=5)


# ------------------------------------------------------------------ announced work
def maintained(
    *windows: tuple[float, float], services: tuple[str, ...] = ("checkout",), **rest: str
) -> Handbook:
    listed = tuple(
        Maintenance(
            title="Firmware", services=services, announced=at(-9000), start=at(start), end=at(end), **rest
        )
        for start, end in windows
    )
    catalogue = HANDBOOK.catalogue.model_copy(update={"maintenance": listed})
    return Handbook(playbook=HANDBOOK.playbook, catalogue=catalogue)


BOTH = (alert("checkout", 0), PROBE)
DECLARED = ("tier1-corroborated", DECLARE)


@pytest.mark.parametrize(
    ("handbook", "now", "expected"),
    [
        pytest.param(maintained((-60, 3600)), 900, None, id="expected, so no news"),
        pytest.param(maintained((-60, 600)), 600, None, id="over in this moment: the count begins anew"),
        pytest.param(maintained((-60, 600)), 899, None, id="not yet five minutes after it"),
        pytest.param(maintained((-60, 600)), 900, DECLARED, id="still broken five minutes after it"),
        pytest.param(maintained((-60, 100), (90, 700)), 950, None, id="the next window follows at once"),
        pytest.param(maintained((-60, 3600), services=("search",)), 300, DECLARED, id="out of its scope"),
        pytest.param(maintained((-60, 3600), env="staging"), 300, DECLARED, id="another environment"),
        pytest.param(maintained((-600, -60)), 300, DECLARED, id="long over when it began"),
        pytest.param(maintained((301, 3600)), 300, DECLARED, id="it has not begun"),
    ],
)
def test_announced_work_is_heard_by_no_rule(
    handbook: Handbook, now: int, expected: tuple[str, str] | None
) -> None:
    assert verdict(*BOTH, now=now, handbook=handbook) == expected


@given(
    some_alerts(), st.integers(300, 1200), st.integers(1, 2400), st.integers(-300, 1500), st.integers(1, 1500)
)
@settings(max_examples=150, deadline=None)
def test_when_work_is_over_somebody_looks_again(
    episodes: list[Episode], now: int, wait: int, start: int, length: int
) -> None:
    """No rule begins to hold between a look and the next one, whatever was announced."""
    house = maintained((start, start + length), services=("checkout", "orders-db"))
    for cluster in clusters(episodes, house.graph, alerts=ALERTS, at=at(now)):
        promised = earliest(cluster, house, at=at(now))
        begins = judge(cluster, house, at=at(now)) is None and judge(cluster, house, at=at(now + wait))
        assert not begins or (promised is not None and promised <= at(now + wait))


# ------------------------------------------------------------------ one alert has to say it all
def test_a_severe_alert_elsewhere_makes_no_mild_one_severe() -> None:
    """Two systems, a tier 1 service, a severe alert: but nobody says that tier 1 is badly broken."""
    mild = alert("payments", 0, severity=4, origin="blackbox")
    severe = alert("orders-db", 0, severity=1)
    house = ruled(HANDBOOK.playbook.triggers[0])
    assert verdict(mild, severe, handbook=house) is None
    assert verdict(replace(mild, severity=2), severe, handbook=house) == DECLARED


@pytest.mark.parametrize(
    ("window", "expected"),
    [pytest.param("page", ("fast-burn", DECLARE), id="page"), pytest.param("ticket", None, id="ticket")],
)
def test_only_a_budget_that_burns_fast_declares(window: str, expected: tuple[str, str] | None) -> None:
    burning = replace(alert("checkout", 0, kind=SignalKind.SLO_BURN), labels={"window": window})
    assert verdict(burning, now=1) == expected


def test_the_label_of_a_window_on_an_ordinary_alert_means_nothing() -> None:
    assert verdict(replace(alert("checkout", 0), labels={"window": "page"}), now=1) is None
