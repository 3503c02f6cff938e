"""Who may be offered command: full members with an account, as Slack describes them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from handlers.slack.acquaintance import member_of
from playbooks.domain.errors import CannotCommand
from playbooks.domain.handbook import Handbook
from playbooks.domain.ids import UserId
from playbooks.domain.person import require_fit, unfit
from playbooks.loader import DEFAULT_PLAYBOOK, EXAMPLE_CATALOGUE, load

T0 = datetime(2026, 6, 2, 10, 0, tzinfo=UTC)
ADA, NEW, OLD = UserId("U0ADA"), UserId("U0NEW"), UserId("U0OLD")
FULL: dict[str, Any] = {"id": "U0ADA", "team_id": "T0US", "deleted": False, "is_bot": False}


@pytest.mark.parametrize(
    ("said", "why"),
    [
        pytest.param({}, None, id="a full member"),
        pytest.param({"deleted": True}, "their account is deactivated", id="deactivated"),
        pytest.param({"is_bot": True}, "that is an app", id="a bot"),
        pytest.param({"id": "USLACKBOT"}, "that is an app", id="Slackbot says that it is none"),
        pytest.param({"is_restricted": True}, "they are a guest here", id="a guest"),
        pytest.param({"is_ultra_restricted": True}, "they are a guest here", id="a guest of one channel"),
        pytest.param({"team_id": "T0THEM"}, "they belong to another workspace", id="another workspace"),
        pytest.param({"is_stranger": True}, "they belong to another workspace", id="a stranger"),
        pytest.param({"team_id": None}, None, id="no workspace given"),
        pytest.param({"team_id": "T0THEM", "enterprise_user": {"id": "W1"}}, None, id="one organisation"),
    ],
)
def test_who_can_command(said: dict[str, Any], why: str | None) -> None:
    member = member_of({**FULL, **said}, team="T0US", at=T0)
    assert unfit(member) == why
    if why is None:
        require_fit(member.id, member)
    else:
        with pytest.raises(CannotCommand, match=why):
            require_fit(member.id, member)


def test_who_was_never_looked_up_is_given_the_benefit_of_the_doubt() -> None:
    require_fit(ADA, None)


def test_the_roster_may_be_a_user_group_after_the_people_who_are_named() -> None:
    handbook = load(DEFAULT_PLAYBOOK, EXAMPLE_CATALOGUE)
    roster = handbook.catalogue.roster.model_copy(
        update={"commanders_group": "S0IC", "on_shift_group": "S0SHIFT"}
    )
    catalogue = handbook.catalogue.model_copy(update={"roster": roster})
    unread = Handbook(playbook=handbook.playbook, catalogue=catalogue)
    assert unread.on_shift == (ADA,), "a group that nobody could read yet is empty"
    read = replace(unread, groups={"S0IC": (ADA, NEW), "S0SHIFT": (NEW, OLD)})
    assert read.commanders == ("U0ADA", "U0BOB", "U0CLEO", NEW)
    assert read.on_shift == (ADA, NEW, OLD)
    assert catalogue.user_groups == {"S0IC", "S0SHIFT"}
