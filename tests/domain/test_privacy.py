"""Who may know of an incident: the rule, and what of a private one may be said to whom."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playbooks.domain import effects as e
from playbooks.domain.errors import NotNeeded
from playbooks.domain.family import require_adoptable
from playbooks.domain.ids import IncidentId, UserId
from playbooks.domain.incident import RoomState
from playbooks.domain.merging import require_mergeable
from playbooks.domain.privacy import (
    Audience,
    instead,
    invited,
    is_homeless,
    kept_inside,
    require_private,
    require_told,
    visible,
)
from playbooks.domain.report import addressee
from storage.mapping import EFFECTS
from tests.events import KINDS, built
from tests.handlers.scenes import ADA, BOB, CHECKOUT, CLEO, FAY, GUS, incident

SECRET = incident(private=True)
OPEN = incident(id=IncidentId(3))
USERS = (ADA, BOB, CLEO, FAY, GUS)
OUTWARD = {"Announce", "RefreshAnnouncement", "RefreshBulletin", "PostCandidate", "PostUpdate", "ShowUpdate"}
"""Effects that people outside of the room would read; whoever adds one decides about it here."""
LETTERS = {"TellPerson", "SendBrief", "Invite"}


@pytest.mark.parametrize(
    ("private", "reader", "may"),
    [
        (False, ADA, True),
        (False, Audience.EVERYBODY, True),
        (False, Audience.OPERATOR, True),
        (True, BOB, True),
        (True, ADA, False),
        (True, UserId(""), False),
        (True, UserId("everybody"), False),
        (True, Audience.EVERYBODY, False),
        (True, Audience.OPERATOR, True),
    ],
)
def test_who_may_know(private: bool, reader: UserId | Audience, may: bool) -> None:
    assert visible(incident(private=private), reader, frozenset({BOB})) is may


@given(st.frozensets(st.sampled_from(USERS)), st.sampled_from((*USERS, *Audience)), st.booleans())
def test_letting_somebody_in_shows_it_to_nobody_else(
    insiders: frozenset[UserId], reader: UserId | Audience, private: bool
) -> None:
    about = incident(private=private)
    assert visible(about, reader, insiders) is (
        not private or reader is Audience.OPERATOR or reader in insiders
    )
    assert visible(about, reader, insiders) <= visible(about, reader, insiders | {ADA})
    if reader != ADA:
        assert visible(about, reader, insiders | {ADA}) == visible(about, reader, insiders)


@pytest.mark.parametrize("name", sorted(EFFECTS))
def test_what_of_a_private_incident_may_be_said(name: str) -> None:
    effect = built(EFFECTS[name]) if name not in LETTERS else None
    if effect is not None:
        assert (kept_inside(effect, USERS) is None) is (name in OUTWARD)


@given(
    st.sampled_from(sorted(EFFECTS)), st.frozensets(st.sampled_from(USERS)), st.lists(st.sampled_from(USERS))
)
def test_no_letter_reaches_an_outsider(name: str, insiders: frozenset[UserId], named: list[UserId]) -> None:
    changes = {"users": tuple(named)} if name == "Invite" else {"user": named[0]} if named else {}
    kind = EFFECTS[name]
    fields = kind.__dataclass_fields__
    kept = kept_inside(built(kind, **{k: v for k, v in changes.items() if k in fields}), insiders)
    if isinstance(kept, e.Invite):
        assert insiders.issuperset(kept.users)
    if isinstance(kept, e.TellPerson | e.SendBrief):
        assert kept.user in insiders


def test_whoever_is_invited_is_an_insider() -> None:
    effects = (built(e.Invite, users=(ADA, BOB)), built(e.RefreshCard), built(e.Invite, users=(BOB, CLEO)))
    assert invited(effects) == (ADA, BOB, CLEO)


def test_where_only_outsiders_would_hear_of_silence_its_own_people_do() -> None:
    stale = built(KINDS["IncidentStale"])
    up = (built(e.TellPerson, user=GUS, about=stale),)
    assert [letter.user for letter in instead(stale, up, {BOB, FAY}, [FAY])] == [FAY]  # type: ignore[attr-defined]
    assert instead(stale, up, {BOB, FAY, GUS}, [FAY]) == (), "a duty manager who may know of it is told"
    assert instead(stale, up, {BOB}, [FAY]) == (), "nobody who may not know of it stands in"
    said = built(KINDS["TaskDone"])
    assert instead(said, (built(e.TellPerson, user=GUS, about=said),), {FAY}, [FAY]) == ()


@pytest.mark.parametrize("state", RoomState)
def test_the_incidents_channel_is_no_home_for_it(state: RoomState) -> None:
    assert is_homeless(replace(SECRET, room_state=state)) is (state in (RoomState.HUB, RoomState.LOST))
    assert not is_homeless(replace(OPEN, room_state=state))


def test_it_stands_alone() -> None:
    for one, other in ((SECRET, OPEN), (OPEN, SECRET), (SECRET, incident(id=IncidentId(3), private=True))):
        with pytest.raises(NotNeeded, match="is private, so it stands alone"):
            require_mergeable(one, other)
        with pytest.raises(NotNeeded, match="is private, so it stands alone"):
            require_adoptable(one, other, ())
    require_mergeable(OPEN, incident())
    with pytest.raises(NotNeeded, match="stakeholders hear nothing"):
        require_told(SECRET)
    with pytest.raises(NotNeeded, match="is public"):
        require_private(OPEN)


def test_no_report_goes_into_it() -> None:
    assert addressee(CHECKOUT, env="production", incidents=[SECRET]) is None
    assert addressee(CHECKOUT, env="production", incidents=[SECRET, OPEN]) == OPEN
