"""Whoever declares sees what may be the same thing, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playbooks.domain.alike import LooksAlike, Nearness, look_alike, require_unlike
from playbooks.domain.handbook import Handbook
from playbooks.domain.ids import IncidentId, ServiceName, UserId
from playbooks.domain.incident import AffectedService, Incident, Major, ServiceRole, State
from playbooks.loader import load
from tests.library import CATALOGUE, PLAYBOOK

HANDBOOK: Handbook = load(PLAYBOOK, CATALOGUE)
AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
NAMES = tuple(map(ServiceName, sorted(HANDBOOK.catalogue.services)))


def incident(number: int, *services: str, role: ServiceRole = ServiceRole.IMPACTED) -> Incident:
    return Incident(
        id=IncidentId(number),
        title="It burns",
        env="production",
        severity=2,
        state=State.OPEN,
        major=Major.ACCEPTED,
        services=tuple(AffectedService(service=ServiceName(s), role=role) for s in services),
        impact_started_at=AT,
        detected_at=AT,
        declared_at=AT,
        declared_by=UserId("U0FAY"),
        rule=None,
    )


@pytest.mark.parametrize(
    ("open_on", "declared", "nearness"),
    [
        pytest.param("checkout", "checkout", Nearness.SAME, id="the same service"),
        pytest.param("payments", "checkout", Nearness.NEEDED, id="what it cannot work without"),
        pytest.param("san", "checkout", Nearness.NEEDED, id="far below it"),
        pytest.param("web", "checkout", Nearness.NEEDING, id="what cannot work without it"),
        pytest.param("hr-portal", "checkout", None, id="something else"),
        pytest.param("search", "checkout", None, id="a sibling is another thing"),
    ],
)
def test_what_is_shown_to_whoever_declares(open_on: str, declared: str, nearness: Nearness | None) -> None:
    found = look_alike(
        ServiceName(declared), env="production", live=[incident(1, open_on)], graph=HANDBOOK.graph
    )
    assert [alike.nearness for alike in found] == ([nearness] if nearness else [])


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"env": "staging"}, id="another environment"),
        pytest.param({"state": State.RESOLVED}, id="it is over"),
        pytest.param({"major": Major.PROPOSED}, id="declaring answers a proposal"),
    ],
)
def test_what_is_not_the_same_thing(changed: dict[str, object]) -> None:
    other = replace(incident(1, "checkout"), **changed)  # type: ignore[arg-type]  # a row changes any field
    assert not look_alike(ServiceName("checkout"), env="production", live=[other], graph=HANDBOOK.graph)


def test_a_suspected_root_is_a_guess_and_draws_nobody_in() -> None:
    guessed = incident(1, "checkout", role=ServiceRole.SUSPECTED_ROOT)
    assert not look_alike(ServiceName("checkout"), env="production", live=[guessed], graph=HANDBOOK.graph)


def test_the_nearest_comes_first_and_of_equals_the_newest() -> None:
    live = [incident(1, "payments"), incident(2, "web"), incident(3, "checkout"), incident(4, "checkout")]
    found = look_alike(ServiceName("checkout"), env="production", live=live, graph=HANDBOOK.graph)
    assert [alike.incident.id for alike in found] == [4, 3, 1, 2]


def test_only_what_was_seen_may_be_declared_against() -> None:
    found = look_alike(
        ServiceName("checkout"), env="production", live=[incident(3, "checkout")], graph=HANDBOOK.graph
    )
    require_unlike(found, (IncidentId(3),))
    with pytest.raises(LooksAlike, match="INC-3 looks like the same thing"):
        require_unlike(found, ())
    with pytest.raises(LooksAlike):
        require_unlike(found, (IncidentId(2),))


@given(one=st.sampled_from(NAMES), other=st.sampled_from(NAMES))
def test_likeness_is_mutual(one: ServiceName, other: ServiceName) -> None:
    def seen(declared: ServiceName, open_on: ServiceName) -> bool:
        return bool(look_alike(declared, env="production", live=[incident(1, open_on)], graph=HANDBOOK.graph))

    assert seen(one, other) == seen(other, one)
