"""Every way in which three leads and a duty manager can click, up to a depth, explored one by one.

A click may come late, twice, in any order and about a question that is long closed; the
process may sleep through any alarm. What must hold in every state that can be reached:

- at most one commander, and none only before the first;
- the seat is filled, and a dispute is over, by its bound, as soon as the process is awake;
- no decision is accepted from a lease of command that is not the newest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import pairwise
from typing import Any

import pytest

from playbooks.domain import contest as disputes
from playbooks.domain import handover as handovers
from playbooks.domain import ladder as ladders
from playbooks.domain import seat
from playbooks.domain.authority import require_command
from playbooks.domain.command import (
    Brief,
    Claimant,
    Contest,
    ContestPhase,
    Handover,
    HandoverState,
    Ladder,
    LadderCause,
    Seating,
    Tenure,
)
from playbooks.domain.errors import ProtocolError
from playbooks.domain.ids import ContestId, HandoverId, IncidentId, LadderId, TenureId, UserId
from playbooks.domain.tie_break import claimant
from playbooks.loader import DEFAULT_PLAYBOOK, EXAMPLE_CATALOGUE, load

DEPTH = 5
STATES = 10_000
"""At least so many states are to be found within the depth, or the model has lost its doors."""

T0 = datetime(2026, 6, 2, 10, 0, tzinfo=UTC)
INC = IncidentId(7)
HANDBOOK = load(DEFAULT_PLAYBOOK, EXAMPLE_CATALOGUE)
POLICY = HANDBOOK.playbook.command
ADA, BOB, CLEO, GUS = (UserId(f"U0{name}") for name in ("ADA", "BOB", "CLEO", "GUS"))
LEADS = (ADA, BOB, CLEO)
DISPUTE_ENDS = POLICY.contest_within + POLICY.settle_within + POLICY.duty_within
ASLEEP = timedelta(minutes=4)
BRIEF = Brief(
    situation="",
    impact=(),
    since=T0,
    verified_facts=(),
    open_hypotheses=(),
    key_events=(),
    running_clocks=(),
    held_changes=(),
    pending_approvals=(),
    next_update_due=None,
    services=(),
)


@dataclass(frozen=True)
class World:
    """What is stored about command; the newest of each question, open or closed."""

    now: datetime = T0
    holder: Tenure | None = None
    contest: Contest | None = None
    handover: Handover | None = None
    ladder: Ladder | None = None
    settled: frozenset[frozenset[UserId]] = frozenset()
    """Pairs that had their dispute."""

    @property
    def fence(self) -> int:
        return self.holder.fence if self.holder else 0

    def key(self) -> World:
        """The same state whenever it happens and however often the seat changed hands before it."""
        shift = T0 - self.now
        fence = 1 - self.fence if self.holder else 0
        return World(
            holder=_moved(self.holder, shift, fence=self.fence + fence) if self.holder else None,
            contest=_moved(self.contest, shift),
            handover=_moved(self.handover, shift),
            ladder=_moved(self.ladder, shift),
            settled=self.settled,
        )


def _moved(record: Any, shift: timedelta, **changes: Any) -> Any:
    """A record with every instant in it moved."""
    if isinstance(record, datetime):
        return record + shift
    if isinstance(record, tuple):
        return tuple(_moved(part, shift) for part in record)
    if not hasattr(record, "__dataclass_fields__") or isinstance(record, Brief):
        return record
    moved = {name: _moved(getattr(record, name), shift) for name in record.__dataclass_fields__}
    return replace(record, **(moved | changes))


Step = Callable[[World], World]


# ------------------------------------------------------------------ what use cases do, without a store
def seated(world: World, change: seat.Seated) -> World:
    """The seat changes hands: searches and offers end with it."""
    if world.holder is not None:
        assert change.closed is not None
        assert change.closed.until == change.opened.since, "no gap and no overlap"
    assert change.opened.fence > world.fence, "the fence only grows"
    offer = world.handover and (handovers.void(world.handover, at=world.now) or world.handover)
    search = world.ladder and (
        world.ladder if world.ladder.ended_at else ladders.end(world.ladder, at=world.now)
    )
    return replace(world, holder=change.opened, handover=offer, ladder=search)


def sit(world: World, user: UserId, how: Seating) -> World:
    return seated(
        world,
        seat.seat(
            world.holder,
            user,
            how=how,
            tenure_id=TenureId("t"),
            incident=INC,
            fence=world.fence,
            at=world.now,
        ),
    )


def open_contest(world: World) -> Contest | None:
    found = world.contest
    return found if found and found.phase is not ContestPhase.DECIDED else None


def take(by: UserId, world: World) -> World:
    searched = world.ladder is not None and world.ladder.ended_at is None
    if world.holder is None or (
        searched and world.holder.user != by and ladders.is_open_to_all(world.ladder, at=world.now)
    ):
        return sit(world, by, Seating.CLAIM)
    if (dispute := open_contest(world)) is not None:
        return replace(world, contest=disputes.join(dispute, by, "mine", standing=True, at=world.now))
    if frozenset((by, world.holder.user)) in world.settled:
        raise ProtocolError
    opened = disputes.open_contest(
        world.holder,
        by,
        "mine",
        contest_id=ContestId("c"),
        standing=True,
        best_tier=1,
        earlier=(),
        policy=POLICY,
        at=world.now,
    )
    assert opened.final_at <= world.holder.since + DISPUTE_ENDS
    return replace(world, contest=opened)


def claimants(contest: Contest) -> list[Claimant]:
    people = [
        (contest.incumbent, contest.incumbent_since),
        *((c.user, c.at) for c in contest.challengers),
    ]
    return [claimant(HANDBOOK, u, impacted=(), seats_held=0, claimed_at=at) for u, at in people]


def concluded(world: World, contest: Contest) -> World:
    """A contest went on: its winner sits; once it is decided its parties have had it."""
    assert world.holder is not None
    after = replace(world, contest=contest)
    change = disputes.award(contest, world.holder, tenure_id=TenureId("t"), fence=world.fence, at=world.now)
    if change is not None:
        after = seated(after, change)
    if contest.phase is ContestPhase.DECIDED:
        pairs = {frozenset((contest.incumbent, c.user)) for c in contest.challengers}
        after = replace(after, settled=after.settled | pairs)
    return after


def asked(world: World) -> Contest:
    if world.contest is None:
        raise ProtocolError
    return world.contest


def give_way(by: UserId, world: World) -> World:
    contest = asked(world)
    return concluded(world, disputes.yield_to(contest, by, claimants=claimants(contest), at=world.now))


def keep(by: UserId, world: World) -> World:
    insisted = disputes.insist(asked(world), by, policy=POLICY, at=world.now)
    awarded = disputes.settle_due(insisted, claimants(insisted), at=world.now)
    assert awarded is not None
    return concluded(world, awarded)


def withdraw(by: UserId, world: World) -> World:
    return concluded(world, disputes.withdraw(asked(world), by, at=world.now))


def decide(to: UserId, world: World) -> World:
    decided = disputes.overrule(asked(world), GUS, to=to, is_duty_manager=True, at=world.now)
    return concluded(world, decided)


def take_over(world: World) -> World:
    change = seat.take_over(
        world.holder,
        GUS,
        handbook=HANDBOOK,
        tenure_id=TenureId("t"),
        incident=INC,
        fence=world.fence,
        at=world.now,
    )
    after = seated(world, change)
    dispute = open_contest(world)
    return concluded(after, disputes.supersede(dispute, GUS, at=world.now)) if dispute else after


def offer(by: UserId, to: UserId, world: World) -> World:
    pending = world.handover if world.handover and world.handover.state is HandoverState.OFFERED else None
    made = handovers.offer(
        world.holder,
        by,
        to,
        handover_id=HandoverId("h"),
        brief=BRIEF,
        pending=pending,
        contest=open_contest(world),
        policy=POLICY,
        at=world.now,
    )
    return replace(world, handover=made)


def answer_offer(by: UserId, world: World) -> World:
    if world.handover is None:
        raise ProtocolError
    accepted = handovers.accept(
        world.handover,
        world.holder,
        by,
        tenure_id=TenureId("t"),
        contest=open_contest(world),
        fence=world.fence,
        at=world.now,
    )
    return seated(replace(world, handover=accepted.handover), accepted.seated)


def take_back(by: UserId, world: World) -> World:
    if world.handover is None:
        raise ProtocolError
    return replace(world, handover=handovers.withdraw(world.handover, by, at=world.now))


def searching(world: World) -> Ladder:
    if world.ladder is None:
        raise ProtocolError
    return world.ladder


def accept_ask(by: UserId, world: World) -> World:
    search = searching(world)
    if world.holder is not None and world.holder.user != search.absent:
        raise ProtocolError
    return sit(replace(world, ladder=ladders.accept(search, by, at=world.now)), by, Seating.ASKED)


def decline_ask(by: UserId, world: World) -> World:
    return climb(replace(world, ladder=ladders.decline(searching(world), by, at=world.now)))


def recall(by: UserId, world: World) -> World:
    pending = world.ladder if world.ladder and world.ladder.ended_at is None else None
    begun = ladders.recall(
        world.holder,
        by,
        "",
        ladder_id=LadderId("l"),
        heard_at=T0 - timedelta(days=1),
        pending=pending,
        contest=open_contest(world),
        policy=POLICY,
        at=world.now,
    )
    return replace(world, ladder=begun)


def here(by: UserId, world: World) -> World:
    return replace(world, ladder=ladders.answer(searching(world), by, at=world.now))


def climb(world: World) -> World:
    search = searching(world)
    rung = ladders.climb(search, candidates=LEADS, last_resort=(GUS,), policy=POLICY, at=world.now)
    if rung is None:
        return world
    after = replace(world, ladder=rung.ladder)
    return sit(after, rung.seated, rung.how) if rung.seated else after


# ------------------------------------------------------------------ time
def next_alarm(world: World) -> datetime | None:
    due = []
    if world.ladder is not None and world.ladder.ended_at is None:
        due.append(ladders.due_at(world.ladder))
    if (dispute := open_contest(world)) is not None:
        settling = dispute.phase is ContestPhase.SETTLING
        due.append(dispute.settles_at if settling else dispute.final_at)
    if world.handover is not None and world.handover.state is HandoverState.OFFERED:
        due.append(world.handover.expires_at)
    return min(due, default=None)


def ring(world: World) -> World:
    """Every alarm that is due, as often as there is one."""
    while (due := next_alarm(world)) is not None and due <= world.now:
        if (dispute := open_contest(world)) is not None and dispute.phase is ContestPhase.SETTLING:
            awarded = disputes.settle_due(dispute, claimants(dispute), at=world.now)
            world = concluded(world, awarded) if awarded else world
        elif dispute is not None and (final := disputes.final(dispute, at=world.now)) is not None:
            world = concluded(world, final)
        if world.handover is not None:
            ended = handovers.expire_due(world.handover, at=world.now)
            world = replace(world, handover=ended or world.handover)
        world = climb(world) if world.ladder is not None and world.ladder.ended_at is None else world
    return world


def awake(world: World) -> World:
    """Time passes until the next alarm, or for a minute, and what is due is done."""
    due = next_alarm(world)
    passed = replace(world, now=max(world.now, due) if due else world.now + timedelta(minutes=1))
    return ring(passed)


def asleep(world: World) -> World:
    """The process is down for a while: alarms do not ring, and clicks come before they do."""
    return replace(world, now=world.now + ASLEEP)


# ------------------------------------------------------------------ exploration
def clicks() -> Iterator[tuple[str, Step]]:
    for by in LEADS:
        for act in (
            take,
            give_way,
            keep,
            withdraw,
            answer_offer,
            take_back,
            accept_ask,
            decline_ask,
            recall,
            here,
        ):
            yield f"{act.__name__} {by}", partial(act, by)
        for to in LEADS:
            if to != by:
                yield f"offer {by} {to}", partial(offer, by, to)
        yield f"decide {by}", partial(decide, by)
    yield "take_over", take_over
    yield "accept_ask GUS", partial(accept_ask, GUS)
    yield "offer GUS ADA", partial(offer, GUS, ADA)


STEPS: tuple[tuple[str, Step], ...] = (*clicks(), ("awake", awake), ("asleep", asleep))


def require_sound(before: World, name: str, after: World) -> None:
    """The invariants, in the state after a step."""
    assert not (before.holder and after.holder is None), "somebody commands from the first on"
    if name == "awake":
        due = next_alarm(after)
        assert due is None or due > after.now
        assert after.holder is not None or after.now < T0 + POLICY.seated_within
        dispute = open_contest(after)
        assert dispute is None or after.now < dispute.incumbent_since + DISPUTE_ENDS


def require_fenced(world: World) -> None:
    """Whoever commands decides with the newest lease, and nobody with any other."""
    if world.holder is None:
        return
    assert world.holder.until is None
    for by in (*LEADS, GUS):
        for fence in (world.fence - 1, world.fence, world.fence + 1):
            fits = (by, fence) == (world.holder.user, world.fence)
            assert decides(world, by, fence) == fits


def decides(world: World, by: UserId, fence: int) -> bool:
    try:
        require_command(by, world.holder, what="decide", fence=fence)
    except ProtocolError:
        return False
    return True


def begun() -> World:
    ladder = ladders.begin(LadderId("l"), INC, cause=LadderCause.FIRST, policy=POLICY, at=T0)
    return World(ladder=ladder)


def explored(depth: int) -> tuple[int, int]:
    """How many states can be reached in so many steps, and how many steps were tried.

    It begins where an incident was just declared, and where somebody has just taken command.
    """
    frontier = [begun(), take(BOB, begun())]
    seen, tried = {world.key() for world in frontier}, 0
    for _ in range(depth):
        reached = list[World]()
        for world in frontier:
            for name, step in STEPS:
                tried += 1
                try:
                    after = step(world)
                except ProtocolError:
                    continue  # a refusal changes nothing
                require_sound(world, name, after)
                key = after.key()
                if key not in seen:
                    require_fenced(after)
                    seen.add(key)
                    reached.append(after)
        frontier = reached
    return len(seen), tried


def test_however_three_leads_click_there_is_one_commander_in_bounded_time(
    capsys: pytest.CaptureFixture[str],
) -> None:
    states, tried = explored(DEPTH)
    with capsys.disabled():
        print(f"\n{states} states of command within {DEPTH} steps, {tried} steps tried")  # noqa: T201
    assert states >= STATES


def test_the_model_tells_a_broken_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    """What finds nothing wrong has to be able to."""
    monkeypatch.setattr(
        disputes, "award", lambda *_a, **_k: seat.Seated(closed=None, opened=replace(LOST, fence=0))
    )
    with pytest.raises(AssertionError):
        explored(3)


LOST = Tenure(id=TenureId("t"), incident=INC, user=ADA, since=T0, until=None, how=Seating.CLAIM, fence=0)


def test_tenures_of_a_long_story_tile_the_time() -> None:
    world, held = begun(), list[Tenure]()
    for step in (
        partial(take, BOB),
        partial(take, ADA),
        awake,
        awake,
        partial(offer, ADA, CLEO),
        partial(answer_offer, CLEO),
        take_over,
    ):
        world = step(world)
        if world.holder is not None and (not held or held[-1].fence != world.fence):
            held.append(world.holder)
    assert [t.user for t in held] == [BOB, ADA, CLEO, GUS]
    assert all(a.since <= b.since for a, b in pairwise(held))
