"""Who leads the work on a service: what naming somebody means, and when the commander decides."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playbooks.domain.command import HandoverState
from playbooks.domain.errors import AlreadyDecided, NeedsWords, NotNeeded, NotYourRole
from playbooks.domain.ids import PROTOCOL, HandoverId, ServiceName, UserId, WorkstreamId
from playbooks.domain.workstream import (
    Led,
    Naming,
    Wanted,
    Workstream,
    first_lead,
    follow_up,
    lay_down,
    name,
    require_current,
    wanted,
)
from playbooks.loader import load
from tests.clock import START
from tests.library import CATALOGUE, PLAYBOOK
from tests.storage.records import CHECKOUT, HANDOVER, SEVEN

HANDBOOK = load(PLAYBOOK, CATALOGUE)
POLICY = HANDBOOK.playbook.command
ADA, BOB, CLEO = UserId("U0ADA"), UserId("U0BOB"), UserId("U0CLEO")
LED = Workstream(
    id=WorkstreamId("w1"), incident=SEVEN, service=CHECKOUT, lead=ADA, how=Led.ON_CALL, since=START
)
VACANT = replace(LED, lead=None, how=None)
OFFER = replace(HANDOVER, giver=ADA, taker=BOB, offered_at=START, expires_at=START + POLICY.handover_within)


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def turned_down(*states: HandoverState, service: ServiceName = CHECKOUT, after: float = 0) -> list[object]:
    return [
        replace(
            OFFER, id=HandoverId(f"h{n}"), state=state, service=service, offered_at=START + minutes(after + n)
        )
        for n, state in enumerate(states)
    ]


NO, LAPSED, TAKEN_BACK = HandoverState.DECLINED, HandoverState.EXPIRED, HandoverState.WITHDRAWN


@pytest.mark.parametrize(
    ("stream", "offers", "after", "why"),
    [
        pytest.param(LED, [], 60, None, id="led, and nobody disputes it"),
        pytest.param(LED, turned_down(NO), 5, None, id="turned down once"),
        pytest.param(LED, turned_down(NO, NO), 5, Wanted.BOUNCED, id="turned down twice"),
        pytest.param(LED, turned_down(NO, LAPSED), 9, Wanted.BOUNCED, id="declined, then not answered"),
        pytest.param(LED, turned_down(NO, TAKEN_BACK), 9, None, id="an offer taken back is no bounce"),
        pytest.param(LED, turned_down(NO, NO, service=ServiceName("web")), 9, None, id="of another service"),
        pytest.param(
            replace(LED, since=START + minutes(5)), turned_down(NO, NO), 9, None, id="before this lead"
        ),
        pytest.param(VACANT, [], 9.99, None, id="not yet ten minutes"),
        pytest.param(VACANT, [], 10, Wanted.VACANT, id="ten minutes without a lead"),
    ],
)
def test_the_commander_decides_what_bounced_or_stayed_vacant(
    stream: Workstream, offers: list[object], after: float, why: Wanted | None
) -> None:
    assert wanted(stream, offers, policy=POLICY, at=START + minutes(after)) is why  # type: ignore[arg-type]  # built above


@pytest.mark.parametrize(
    ("stream", "by", "to", "why", "pending", "meant"),
    [
        pytest.param(LED, ADA, BOB, None, False, Naming.OFFER, id="a lead offers theirs"),
        pytest.param(LED, CLEO, BOB, None, False, Naming.OFFER, id="the commander offers another's"),
        pytest.param(LED, BOB, BOB, None, False, NotYourRole, id="nobody takes a lead from another"),
        pytest.param(LED, CLEO, ADA, None, False, NotNeeded, id="who leads already"),
        pytest.param(LED, ADA, PROTOCOL, None, False, NeedsWords, id="the machinery leads nothing"),
        pytest.param(LED, ADA, BOB, None, True, NotNeeded, id="one offer at a time"),
        pytest.param(VACANT, BOB, BOB, None, False, Naming.CLAIM, id="what nobody leads is free"),
        pytest.param(VACANT, BOB, BOB, None, True, Naming.CLAIM, id="even while somebody is asked"),
        pytest.param(VACANT, BOB, ADA, None, False, NotYourRole, id="one volunteers oneself only"),
        pytest.param(VACANT, CLEO, ADA, Wanted.VACANT, False, Naming.DECREE, id="the commander decrees"),
        pytest.param(VACANT, BOB, BOB, Wanted.VACANT, False, Naming.CLAIM, id="a volunteer is welcome still"),
        pytest.param(LED, CLEO, BOB, Wanted.BOUNCED, False, Naming.DECREE, id="the commander settles it"),
        pytest.param(LED, ADA, BOB, Wanted.BOUNCED, False, NotYourRole, id="there is no third bounce"),
    ],
)
def test_what_naming_somebody_means(  # noqa: PLR0917 - a table
    stream: Workstream, by: UserId, to: UserId, why: Wanted | None, pending: bool, meant: object
) -> None:
    def named() -> Naming:
        offer = replace(OFFER, expires_at=START + minutes(5)) if pending else None
        return name(stream, by, to, decides=(CLEO,), why=why, pending=offer, at=START + minutes(1))

    if isinstance(meant, Naming):
        assert named() is meant
        return
    with pytest.raises(meant):  # type: ignore[call-overload]  # a class of refusal
        named()


def test_a_lead_may_lay_it_down_unless_it_was_decreed() -> None:
    lay_down(LED, ADA, decides=(CLEO,))
    with pytest.raises(NotYourRole, match="U0ADA"):
        lay_down(LED, BOB, decides=(CLEO,))
    with pytest.raises(NotYourRole, match="review"):
        lay_down(replace(LED, how=Led.DECREE), ADA, decides=(CLEO,))


def test_an_offer_ends_with_the_stretch_in_which_it_was_made() -> None:
    assert require_current(OFFER, LED, at=START) is LED
    for later in (None, replace(LED, since=START + minutes(1))):
        with pytest.raises(AlreadyDecided):
            require_current(OFFER, later, at=START + minutes(2))


def test_the_first_lead_is_the_owners_on_call_else_the_first_of_the_services_leads() -> None:
    assert first_lead(HANDBOOK, CHECKOUT, unfit=()) == HANDBOOK.leads_of((CHECKOUT,))[0]
    owner = HANDBOOK.catalogue.services[CHECKOUT].owner
    party = HANDBOOK.catalogue.parties[owner].model_copy(
        update={"on_call": ("fay", "gus"), "on_call_group": "S0CALL"}
    )
    parties = {**HANDBOOK.catalogue.parties, owner: party}
    catalogue = HANDBOOK.catalogue.model_copy(update={"parties": parties})
    handbook = replace(HANDBOOK, catalogue=catalogue, groups={"S0CALL": (CLEO,)})
    assert first_lead(handbook, CHECKOUT, unfit=()) == "U0FAY"
    assert first_lead(handbook, CHECKOUT, unfit=("U0FAY", "U0GUS")) == CLEO
    assert first_lead(handbook, CHECKOUT, unfit=("U0FAY", "U0GUS", CLEO)) is None
    assert first_lead(handbook, ServiceName("forgotten"), unfit=()) is None
    assert catalogue.user_groups == {"S0CALL"}


@given(
    st.lists(
        st.tuples(st.sampled_from([None, ADA, BOB, CLEO]), st.integers(min_value=-600, max_value=600)),
        max_size=20,
    )
)
def test_the_stretches_follow_each_other_without_gap_or_overlap(
    turns: list[tuple[UserId | None, int]],
) -> None:
    """However leads change and however wrong a clock goes, every moment belongs to one stretch."""
    stretches, at = [VACANT], START
    for number, (lead, seconds) in enumerate(turns):
        at += timedelta(seconds=seconds)
        ended, begun = follow_up(
            stretches[-1], lead, Led.CLAIM if lead else None, stream_id=WorkstreamId(f"w{number}"), at=at
        )
        stretches[-1:] = [ended, begun]
    assert all(a.until == b.since and a.since <= a.until for a, b in pairwise(stretches))
    assert [s.until for s in stretches].count(None) == 1
    assert all(s.asked_at is None for s in stretches)
