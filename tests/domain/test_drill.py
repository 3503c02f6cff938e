"""Nothing of a drill gets out: every effect that every event calls for, whoever is in charge."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playbooks.domain import effects as e
from playbooks.domain.change import Decision
from playbooks.domain.drill import INSIDE, rehearsed, within
from playbooks.domain.events import Event
from playbooks.domain.freeze import verdict
from playbooks.domain.handbook import Handbook
from playbooks.domain.ids import IncidentId, ServiceName, UserId
from playbooks.domain.incident import AffectedService, Incident, Major, ServiceRole, State
from playbooks.loader import DEFAULT_PLAYBOOK, EXAMPLE_CATALOGUE, load
from playbooks.protocol.reactions import Scene, reactions
from storage.mapping import EFFECTS
from tests.clock import START
from tests.domain.test_freeze import POLICY, T0, change, freeze
from tests.events import KINDS, built

BOOK: Handbook = load(DEFAULT_PLAYBOOK, EXAMPLE_CATALOGUE)
EVERYBODY = tuple(UserId(f"U0{name}") for name in ("ADA", "BOB", "CLEO", "DEV", "EVE", "FAY", "GUS"))
OUTSIDE = (e.PostUpdate, e.PostCandidate, e.Invite, e.TellPerson, e.SendBrief)


def drill(people: tuple[UserId, ...], services: tuple[str, ...] = ("checkout",)) -> Incident:
    return Incident(
        id=IncidentId(1),
        title="Payments time out",
        env="production",
        severity=1,
        state=State.OPEN,
        major=Major.ACCEPTED,
        services=tuple(AffectedService(service=ServiceName(s), role=ServiceRole.IMPACTED) for s in services),
        impact_started_at=START,
        detected_at=START,
        declared_at=START,
        declared_by=people[0],
        rule=None,
        drill=people,
    )


def reached(effect: e.Effect) -> set[UserId]:
    """Who is written to or invited by an effect."""
    return {*getattr(effect, "users", ()), *([effect.user] if hasattr(effect, "user") else [])}


@given(
    name=st.sampled_from(sorted(KINDS)),
    people=st.lists(st.sampled_from(EVERYBODY), min_size=1, max_size=3, unique=True).map(tuple),
    commander=st.none() | st.sampled_from(EVERYBODY),
    told=st.booleans(),
    services=st.lists(st.sampled_from(sorted(BOOK.catalogue.services)), max_size=3, unique=True).map(tuple),
)
@settings(max_examples=200, deadline=None)
def test_whatever_happens_only_those_who_take_part_hear_of_it(
    name: str,
    people: tuple[UserId, ...],
    commander: UserId | None,
    told: bool,
    services: tuple[str, ...],
) -> None:
    scene = Scene(
        incident=drill(people, services), commander=commander, handbook=BOOK, stakeholders_told=told
    )
    event: Event = built(KINDS[name])
    for effect in reactions(event, scene):
        left = rehearsed(effect, people)
        assert left is None or reached(left) <= set(people)
        assert not isinstance(left, (e.PostUpdate, e.PostCandidate))


@pytest.mark.parametrize("name", sorted(EFFECTS))
def test_every_kind_of_effect_is_decided_about(name: str) -> None:
    """A new kind stays inside until somebody says that it may pass."""
    kind = EFFECTS[name]
    assert (kind in INSIDE) is not (kind in OUTSIDE), "say whether it may leave a drill"
    left = rehearsed(built(kind), ())
    assert left is None or type(left) in INSIDE


def test_people_are_narrowed_to_those_who_take_part() -> None:
    ada, bob = EVERYBODY[:2]
    one = IncidentId(1)
    assert rehearsed(e.Invite(incident=one, users=(ada, bob)), {ada}) == e.Invite(incident=one, users=(ada,))
    assert rehearsed(e.Invite(incident=one, users=(bob,)), {ada}) is None
    assert within(drill((ada,)), (bob, ada)) == (ada,)
    assert within(replace(drill((ada,)), drill=None), (bob, ada)) == (bob, ada)


@pytest.mark.parametrize(
    ("severity", "service", "word"),
    [(2, "checkout", "would have been held"), (2, "web", "would have passed")],
)
def test_the_gate_says_what_a_drill_would_have_held(severity: int, service: str, word: str) -> None:
    answer = verdict(change(service), [freeze(severity, drill=True)], (), policy=POLICY, at=T0)
    assert answer.decision is Decision.ALLOW
    assert answer.reasons[0].text.startswith(f"drill: {word}")


def test_a_drill_loosens_no_freeze_in_earnest() -> None:
    both = [freeze(2, drill=True), freeze(2, incident=IncidentId(2))]
    answer = verdict(change("checkout"), both, (), policy=POLICY, at=T0)
    assert answer.decision is Decision.HOLD
    assert {reason.code for reason in answer.reasons} == {"drill", "freeze_ring0"}
    alone = verdict(change("checkout"), both[1:], (), policy=POLICY, at=T0)
    assert alone.input_digest != answer.input_digest
