"""What is said about a rule is what the rule does."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from playbooks.domain.correlation import clusters
from playbooks.domain.reasons import Opinion, opinions
from playbooks.domain.signal import Episode
from playbooks.domain.trigger import earliest, judge
from playbooks.schema import TriggerAction
from tests.domain.outages import ALERTS, HANDBOOK, alert, at
from tests.domain.test_trigger import RESTLESS, some_alerts


def told(*episodes: Episode, now: float) -> dict[str, Opinion]:
    [cluster] = clusters(episodes, HANDBOOK.graph, alerts=ALERTS, at=at(now))
    return {opinion.rule.id: opinion for opinion in opinions(cluster, HANDBOOK, at=at(now))}


def missing(opinion: Opinion) -> list[str]:
    return [f"{c.wanted}: {c.found}" for c in opinion.conditions if not c.met]


def test_what_is_missing_is_named_with_what_there_is() -> None:
    known = told(alert("checkout", 0, severity=1), now=599)
    assert missing(known["tier1-corroborated"]) == ["2 systems that measure: prometheus"]
    assert missing(known["storm"]) == ["3 services: checkout"]
    assert missing(known["fast-burn"]) == ["kind slo_burn: alert", "burn rate over page: none"]
    single = known["tier1-single-origin"]
    assert (single.holds, single.begins_at) == (False, at(600))


def test_conditions_that_no_single_alert_meets_are_told() -> None:
    """Each is met by somebody, and nobody meets them all."""
    mild, severe = alert("payments", 0, severity=4, origin="blackbox"), alert("orders-db", 0, severity=1)
    assert missing(told(mild, severe, now=900)["tier1-corroborated"]) == [
        "one alert that is all of this: none"
    ]


def test_weak_evidence_is_said_to_be_weak() -> None:
    restless = [
        replace(alert("checkout", 0, origin=origin), intervals=RESTLESS) for origin in ("prometheus", "probe")
    ]
    opinion = told(*restless, now=600)["tier1-corroborated"]
    assert (opinion.holds, opinion.is_weak) == (True, True)


@given(some_alerts(), st.integers(0, 1500))
@settings(max_examples=100, deadline=None)
def test_reasons_and_judgement_agree(episodes: list[Episode], now: int) -> None:
    """A rule holds exactly if all of its conditions are met, and the judge fires the first that does."""
    for cluster in clusters(episodes, HANDBOOK.graph, alerts=ALERTS, at=at(now)):
        said = opinions(cluster, HANDBOOK, at=at(now))
        assert all(o.holds == all(c.met for c in o.conditions) for o in said)
        holding = [o for o in said if o.holds]
        fired = judge(cluster, HANDBOOK, at=at(now))
        assert (fired is None) is (not holding)
        if fired is not None:
            firm = [o for o in holding if not o.is_weak]
            declaring = [o for o in firm if o.rule.then.action is TriggerAction.DECLARE]
            assert fired.rule.id in {holding[0].rule.id, *(o.rule.id for o in declaring[:1])}
        look = earliest(cluster, HANDBOOK, at=at(now))
        for opinion in said:
            assert opinion.begins_at is None or (look is not None and look <= opinion.begins_at)
