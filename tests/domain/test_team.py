"""Sub-teams: members come and go through their leader, and nobody is in two."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playbooks.domain import team as teams
from playbooks.domain.errors import NeedsWords, NotNeeded, NotYourRole, ProtocolError
from playbooks.domain.ids import PROTOCOL, IncidentId, TeamId, UserId
from playbooks.domain.team import Team
from tests.clock import START

PEOPLE = tuple(UserId(f"U0{n}") for n in ("ADA", "BOB", "CLEO", "DEV", "EVE"))
ADA, BOB, CLEO, DEV, EVE = PEOPLE
HALF = timedelta(minutes=30)
PATIENCE = timedelta(minutes=10)


def formed(name: str = "network", leader: UserId = ADA, among: tuple[Team, ...] = ()) -> Team:
    return teams.form(
        among, name, leader, "Find it", box=HALF, team_id=TeamId(name), incident=IncidentId(1), at=START
    )


def test_a_team_has_a_name_a_leader_a_task_and_a_box() -> None:
    team = formed()
    assert (team.leader, team.members, team.due_at) == (ADA, (), START + HALF)
    for refused, change in (
        (NeedsWords, {"name": "no spaces here"}),
        (NeedsWords, {"leader": PROTOCOL}),
        (NotNeeded, {"leader": BOB, "among": (team,)}),
        (NotNeeded, {"name": "database", "among": (team,)}),
    ):
        with pytest.raises(refused):
            formed(**change)  # type: ignore[arg-type]  # one argument at a time
    for box in (timedelta(minutes=4), timedelta(hours=13)):
        with pytest.raises(NeedsWords, match="between"):
            teams.extend(team, ADA, box, decides=(), at=START)


def test_members_change_only_through_their_leader() -> None:
    team = teams.add((), formed(), ADA, (BOB, CLEO, BOB))
    assert team.everybody == (ADA, BOB, CLEO)
    for by in (BOB, DEV):
        with pytest.raises(NotYourRole, match="its leader"):
            teams.add((team,), team, by, (DEV,))
        with pytest.raises(NotYourRole, match="its leader"):
            teams.remove(team, by, (BOB,))
    assert teams.remove(team, ADA, (BOB, ADA)).everybody == (ADA, CLEO), "the leader stays"
    with pytest.raises(NeedsWords):
        teams.remove(team, ADA, (DEV,))
    with pytest.raises(NotYourRole):
        teams.end(team, BOB, decides=(DEV,), at=START)
    assert teams.end(team, DEV, decides=(DEV,), at=START).ended_at == START, "whoever commands may end it"


@pytest.mark.parametrize(
    ("asked", "raised", "after", "next_"),
    [
        pytest.param(None, None, 29, None, id="there is time"),
        pytest.param(None, None, 30, "asked", id="the leader is asked"),
        pytest.param(30, None, 39, None, id="the leader has time to answer"),
        pytest.param(30, None, 40, "raised", id="the commander hears"),
        pytest.param(30, 40, 500, None, id="everybody was asked"),
    ],
)
def test_the_leader_is_asked_before_the_commander_hears(
    asked: int | None, raised: int | None, after: int, next_: str | None
) -> None:
    def minutes(number: int | None) -> object:
        return None if number is None else START + timedelta(minutes=number)

    team = replace(formed(), asked_at=minutes(asked), raised_at=minutes(raised))  # type: ignore[arg-type]  # instants
    at = START + timedelta(minutes=after)
    nudged = teams.nudge(team, patience=PATIENCE, at=at)
    assert (None if nudged is None else "raised" if nudged.raised_at else "asked") == next_
    due = teams.due_at(team, patience=PATIENCE)
    assert (due is not None and at >= due) == (next_ is not None), "the alarm rings exactly then"
    longer = teams.extend(team, ADA, HALF, decides=(), at=at)
    assert (longer.asked_at, longer.raised_at, longer.due_at) == (None, None, at + HALF)


def test_who_answers_to_the_commander() -> None:
    team = teams.add((), formed(leader=BOB), BOB, (EVE,))
    assert teams.reports(ADA, leads=(BOB, None, ADA), roles=(CLEO, DEV), teams=(team,)) == (BOB, CLEO, DEV)


steps = st.lists(
    st.tuples(
        st.sampled_from(["form", "add", "remove", "end"]),
        st.sampled_from(["network", "database"]),
        st.sampled_from(PEOPLE),
        st.sampled_from(PEOPLE),
    ),
    max_size=25,
)


@given(steps)
def test_whatever_people_try_nobody_is_in_two_teams(tried: list[tuple[str, str, UserId, UserId]]) -> None:
    now: dict[str, Team] = {}
    for what, name, by, who in tried:
        before = dict(now)
        try:
            match what:
                case "form":
                    now[name] = formed(name, who, tuple(now.values()))
                case "end" if name in now:
                    teams.end(now[name], by, decides=(), at=START)
                    del now[name]
                case "add" if name in now:
                    now[name] = teams.add(tuple(now.values()), now[name], by, (who,))
                case "remove" if name in now:
                    now[name] = teams.remove(now[name], by, (who,))
        except ProtocolError:
            assert now == before
        if what in ("add", "remove") and now != before:
            assert by == now[name].leader
        everybody = [user for team in now.values() for user in team.everybody]
        assert len(set(everybody)) == len(everybody)
