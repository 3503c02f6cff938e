"""The files we ship are right, and hold the defaults that the documentation promises."""

from __future__ import annotations

from datetime import timedelta

import pytest

from playbooks.domain.handbook import Handbook
from playbooks.domain.ids import ServiceName, UserId
from playbooks.loader import DEFAULT_PLAYBOOK, EXAMPLE_CATALOGUE, inspect, load
from playbooks.schema import TriggerAction


@pytest.fixture(scope="module")
def handbook() -> Handbook:
    return load(DEFAULT_PLAYBOOK, EXAMPLE_CATALOGUE)


def services(*names: str) -> tuple[ServiceName, ...]:
    return tuple(map(ServiceName, names))


def users(*names: str) -> tuple[UserId, ...]:
    return tuple(map(UserId, names))


def test_the_shipped_files_have_no_mistake_and_no_warning() -> None:
    assert inspect(DEFAULT_PLAYBOOK, EXAMPLE_CATALOGUE).mistakes == ()


def test_two_independent_systems_declare_and_one_alone_only_proposes(handbook: Handbook) -> None:
    rules = [(rule.id, rule.then.action, rule.then.severity) for rule in handbook.playbook.triggers]
    assert rules == [
        ("tier1-corroborated", TriggerAction.DECLARE, 1),
        ("tier2-corroborated", TriggerAction.DECLARE, 2),
        ("fast-burn", TriggerAction.DECLARE, 2),
        ("storm", TriggerAction.PROPOSE, 2),
        ("tier1-single-origin", TriggerAction.PROPOSE, 2),
    ]


def test_the_defaults_are_the_documented_ones(handbook: Handbook) -> None:
    alerts, updates = handbook.playbook.alerts, handbook.playbook.updates
    assert (alerts.keep, alerts.window) == (timedelta(minutes=3), timedelta(minutes=15))
    assert (alerts.common_cause_services, alerts.common_cause_share) == (3, 0.5)
    assert (updates.first, updates.every, updates.relaxed) == tuple(timedelta(minutes=m) for m in (5, 20, 60))
    assert handbook.playbook.freeze.thresholds[2] == (1, 2, 3, None)
    assert handbook.playbook.severity_name(1) == "SEV1"


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        pytest.param("checkout", "checkout", id="its name"),
        pytest.param("Checkout-API", "checkout", id="an alias in capitals"),
        pytest.param(" www ", "web", id="spaces around it"),
        pytest.param("nothing", None, id="a word nobody knows"),
        pytest.param("", None, id="no word at all"),
    ],
)
def test_a_service_answers_to_its_name_and_its_aliases(
    handbook: Handbook, word: str, expected: str | None
) -> None:
    assert handbook.service_named(word) == expected


def test_a_name_wins_over_an_alias_of_another_case(handbook: Handbook) -> None:
    """The cross-check compares exact spelling, so ``WEB`` may stand as an alias elsewhere."""
    ads = handbook.catalogue.services["ads"].model_copy(update={"aliases": ("WEB",)})
    catalogue = handbook.catalogue.model_copy(
        update={"services": {**handbook.catalogue.services, "ads": ads}},
    )
    changed = Handbook(playbook=handbook.playbook, catalogue=catalogue)
    assert changed.service_named("web") == "web"


def test_people_are_found_by_their_slack_id_and_by_their_name(handbook: Handbook) -> None:
    assert handbook.person(UserId("U0CLEO")) == "cleo"
    assert handbook.person(UserId("U0KAI")) is None
    assert handbook.slack_id("gus") == "U0GUS"


def test_the_roster_is_told_in_slack_ids_and_in_its_order(handbook: Handbook) -> None:
    assert handbook.commanders == users("U0ADA", "U0BOB", "U0CLEO")
    assert handbook.on_shift == users("U0ADA")
    assert handbook.duty_managers == users("U0GUS")
    assert handbook.comms == users("U0EVE")


def test_responders_are_leads_then_the_shift_then_comms_each_once(handbook: Handbook) -> None:
    assert handbook.leads_of(services("payments", "checkout")) == users("U0CLEO", "U0DEV", "U0BOB")
    assert handbook.responders(services("auth", "checkout")) == users("U0ADA", "U0BOB", "U0DEV", "U0EVE")


def test_a_service_the_catalogue_has_forgotten_is_called_by_its_name(handbook: Handbook) -> None:
    """Old incidents still name it after a reload."""
    assert handbook.title(ServiceName("checkout")) == "Checkout"
    assert handbook.title(ServiceName("gone")) == "gone"
    assert (handbook.tier(ServiceName("web")), handbook.tier(ServiceName("gone"))) == (1, None)
    assert handbook.responders(services("gone")) == users("U0ADA", "U0EVE")
