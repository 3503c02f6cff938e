"""Who may do what, as one table: every kind of person and every action."""

from __future__ import annotations

from dataclasses import replace

import pytest

from playbooks.domain.authority import GRAVE, NEEDS, Action, Actor, Need, may, require
from playbooks.domain.command import Seating, Tenure
from playbooks.domain.errors import NotWelcome, NotYourRole, ProtocolError, SeatVacant
from playbooks.domain.handbook import Handbook
from playbooks.domain.ids import TenureId, UserId
from playbooks.domain.incident import Glass, Incident
from playbooks.domain.person import Kind
from playbooks.loader import load
from tests.clock import START
from tests.library import CATALOGUE, PLAYBOOK
from tests.storage.records import INCIDENT

HANDBOOK = load(PLAYBOOK, CATALOGUE)
(MANAGER,) = HANDBOOK.duty_managers[:1]
COMMS = next(user for user in HANDBOOK.comms if user not in HANDBOOK.duty_managers)
SHIFT = next(user for user in HANDBOOK.on_shift if user not in HANDBOOK.operators)
SEATED, NOBODY = UserId("U0SEATED"), UserId("U0NOBODY")
TENURE = Tenure(
    id=TenureId("t"),
    incident=INCIDENT.id,
    user=SEATED,
    since=START,
    until=None,
    how=Seating.CLAIM,
    fence=1,
)
BROKEN = replace(INCIDENT, glass=(Glass(by=NOBODY, reason="nobody answers", until=START),))

LEAD, COMMAND, RELEASE, VOICE, RUNS, OVERRIDE = (
    Need.LEAD,
    Need.COMMAND,
    Need.RELEASE,
    Need.VOICE,
    Need.RUNS,
    Need.OVERRIDE,
)
EVERYTHING = frozenset(Action)
ORDINARY = frozenset(action for action, need in NEEDS.items() if need is Need.MEMBER)


def of(*needs: Need) -> frozenset[Action]:
    return ORDINARY | {action for action, need in NEEDS.items() if need in needs}


TABLE = [
    pytest.param(SEATED, Kind.MEMBER, of(LEAD, COMMAND, RELEASE, VOICE), id="the commander"),
    pytest.param(MANAGER, Kind.MEMBER, of(LEAD, VOICE, RUNS, OVERRIDE), id="a duty manager"),
    pytest.param(COMMS, Kind.MEMBER, of(RELEASE, VOICE), id="a comms lead"),
    pytest.param(SHIFT, Kind.MEMBER, of(RUNS), id="somebody on shift"),
    pytest.param(NOBODY, Kind.MEMBER, ORDINARY, id="any member"),
    pytest.param(NOBODY, Kind.UNKNOWN, ORDINARY, id="a member of whom Slack says nothing"),
    pytest.param(MANAGER, Kind.UNKNOWN, of(LEAD, VOICE, RUNS, OVERRIDE), id="a manager, Slack is silent"),
    pytest.param(SEATED, Kind.UNKNOWN, ORDINARY, id="an unlisted commander of whom Slack says nothing"),
    pytest.param(NOBODY, Kind.GUEST, frozenset(), id="a guest"),
    pytest.param(COMMS, Kind.GUEST, of(RELEASE, VOICE), id="a guest whom the catalogue names"),
    pytest.param(MANAGER, Kind.STRANGER, frozenset(), id="a stranger, whatever the catalogue says"),
    pytest.param(SEATED, Kind.DEACTIVATED, frozenset(), id="a commander whose account is closed"),
    pytest.param(MANAGER, Kind.DEACTIVATED, frozenset(), id="a manager whose account is closed"),
    pytest.param(NOBODY, Kind.APP, frozenset(), id="an app"),
]


@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize(("user", "kind", "allowed"), TABLE)
def test_everybody_may_what_the_table_says(
    user: UserId, kind: Kind, allowed: frozenset[Action], action: Action
) -> None:
    actor = Actor(user=user, kind=kind)
    verdict = may(actor, action, handbook=HANDBOOK, tenure=TENURE, incident=INCIDENT)
    assert verdict.allowed is (action in allowed), verdict.why
    if verdict.allowed:
        require(actor, action, handbook=HANDBOOK, tenure=TENURE, incident=INCIDENT)
        return
    with pytest.raises(ProtocolError) as refused:
        require(actor, action, handbook=HANDBOOK, tenure=TENURE, incident=INCIDENT)
    if kind is Kind.MEMBER:
        assert all(f"<@{other}>" in str(refused.value) for other in verdict.who_may), "who may is told"
        assert verdict.who_may
    else:
        assert isinstance(refused.value, NotWelcome | NotYourRole)


@pytest.mark.parametrize("action", Action)
def test_who_broke_the_glass_may_what_leads_may_but_not_give_command_away(action: Action) -> None:
    verdict = may(Actor(user=NOBODY), action, handbook=HANDBOOK, tenure=TENURE, incident=BROKEN)
    assert verdict.allowed is (action not in (Action.HAND_OVER, Action.OVERRIDE))


def test_an_empty_seat_is_named_as_the_reason() -> None:
    with pytest.raises(SeatVacant):
        require(Actor(user=NOBODY), Action.APPROVE, handbook=HANDBOOK, tenure=None, incident=INCIDENT)


def test_nothing_that_keeps_people_from_raising_the_alarm_is_grave() -> None:
    assert not GRAVE & {Action.DECLARE, Action.LOG, Action.STATE, Action.CLAIM, Action.RAISE, Action.REOPEN}


def test_the_example_handbook_tells_the_roles_apart() -> None:
    """The table above means nothing if one person is everything."""
    assert isinstance(HANDBOOK, Handbook)
    assert isinstance(INCIDENT, Incident)
    assert len({MANAGER, COMMS, SHIFT}) == 3
