"""Whatever people press, and whatever rings or fails to, the stored record has one commander.

The same promises as in the model of the rules (``tests/domain/test_command_model.py``), seen
through the use cases and the database: tenures tile the time, questions about the seat end in
bounded time, and a process that dies before its commit has done nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from contextlib import suppress
from datetime import timedelta
from itertools import pairwise
from typing import TypeVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from handlers.rendering import write_review
from playbooks.domain.command import Contest, ContestPhase, Handover, Ladder, Tenure
from playbooks.domain.errors import ProtocolError
from playbooks.domain.ids import ContestId, HandoverId, IncidentId, LadderId, UserId
from playbooks.domain.person import Member
from playbooks.loader import load
from playbooks.ports import Ports
from playbooks.protocol import command, people
from storage.uow import Store
from tests.clock import START, CountingIds, MovableClock
from tests.databases import SqliteTemplate
from tests.library import CATALOGUE, PLAYBOOK
from tests.protocol.conftest import ADA, BOB, CLEO, GUS, House

ONE = IncidentId(1)
HANDBOOK = load(PLAYBOOK, CATALOGUE)
POLICY = HANDBOOK.playbook.command
DISPUTE_ENDS = POLICY.contest_within + POLICY.settle_within + POLICY.duty_within
PEOPLE = st.sampled_from((ADA, BOB, CLEO, GUS))
GONE = "gone"

T = TypeVar("T")


class Died(Exception):
    """The process, before its commit."""


class Press(RuleBasedStateMachine):
    """Buttons old and new, pressed by anybody; alarms that ring, or ring late."""

    template: SqliteTemplate
    folders: pytest.TempPathFactory

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.Runner()
        self.clock = MovableClock(START)
        ids = CountingIds()
        url = self.template.copy(self.folders.mktemp("command"))
        self.store = self.run(Store.open(url, clock=self.clock, ids=ids))
        ports = Ports(
            clock=self.clock,
            ids=ids,
            units=self.store.units,
            reading=self.store.reading,
            write_review=write_review,
            handbook=lambda: HANDBOOK,
        )
        self.house = House(ports=ports, store=self.store, clock=self.clock)
        self.contests: list[ContestId] = [ContestId(GONE)]
        self.offers: list[HandoverId] = [HandoverId(GONE)]
        self.searches: list[LadderId] = [LadderId(GONE)]
        self.asleep = False

    def run(self, work: Awaitable[T]) -> T:
        async def done() -> T:
            return await work

        return self.loop.run(done())

    def teardown(self) -> None:
        self.run(self.store.close())
        self.loop.close()

    def try_to(self, work: Awaitable[object]) -> None:
        """A refusal is an answer."""
        with suppress(ProtocolError):
            self.run(work)
        self.learn()

    def learn(self) -> None:
        """Every question that was ever open has buttons somewhere, which may be pressed for ever."""
        _, contest, offer, search = self.run(self.questions())
        if contest is not None and contest.id not in self.contests:
            self.contests.append(contest.id)
        if offer is not None and offer.id not in self.offers:
            self.offers.append(offer.id)
        if search is not None and search.id not in self.searches:
            self.searches.append(search.id)

    async def questions(self) -> tuple[list[Tenure], Contest | None, Handover | None, Ladder | None]:
        async with self.store.reading() as unit:
            return (
                list(await unit.tenures.of(ONE)),
                await unit.contests.open_for(ONE),
                await unit.handovers.open_for(ONE),
                await unit.ladders.open_for(ONE),
            )

    @initialize()
    def declare(self) -> None:
        self.run(self.house.declared())
        self.learn()

    @rule(by=PEOPLE)
    def take(self, by: UserId) -> None:
        self.try_to(command.take(self.house.ports, incident=ONE, by=by, reason="mine"))

    @rule(by=PEOPLE, act=st.sampled_from((command.give_way, command.keep, command.withdraw)), data=st.data())
    def dispute(self, by: UserId, act: object, data: st.DataObject) -> None:
        assert callable(act)
        self.try_to(act(self.house.ports, contest=data.draw(st.sampled_from(self.contests)), by=by))

    @rule(winner=PEOPLE, data=st.data())
    def decide(self, winner: UserId, data: st.DataObject) -> None:
        about = data.draw(st.sampled_from(self.contests))
        self.try_to(command.override(self.house.ports, contest=about, winner=winner, by=GUS))

    @rule(by=PEOPLE, to=PEOPLE)
    def offer(self, by: UserId, to: UserId) -> None:
        self.try_to(command.offer(self.house.ports, incident=ONE, to=to, by=by))

    @rule(by=PEOPLE, act=st.sampled_from((command.accept, command.decline)), data=st.data())
    def answer_offer(self, by: UserId, act: object, data: st.DataObject) -> None:
        assert callable(act)
        self.try_to(act(self.house.ports, handover=data.draw(st.sampled_from(self.offers)), by=by))

    @rule(by=PEOPLE)
    def take_back(self, by: UserId) -> None:
        self.try_to(command.withdraw_offer(self.house.ports, incident=ONE, by=by))

    @rule(
        by=PEOPLE,
        act=st.sampled_from((command.accept_ask, command.decline_ask, command.answer_recall)),
        data=st.data(),
    )
    def answer_search(self, by: UserId, act: object, data: st.DataObject) -> None:
        assert callable(act)
        self.try_to(act(self.house.ports, ladder=data.draw(st.sampled_from(self.searches)), by=by))

    @rule(by=PEOPLE)
    def recall(self, by: UserId) -> None:
        self.try_to(command.recall(self.house.ports, incident=ONE, by=by))

    @rule(by=PEOPLE)
    def take_over(self, by: UserId) -> None:
        self.try_to(command.take_over(self.house.ports, incident=ONE, by=by, reason="enough"))

    @rule(by=PEOPLE, is_active=st.booleans())
    def account(self, by: UserId, *, is_active: bool) -> None:
        member = Member(
            id=by,
            is_active=is_active,
            is_bot=False,
            is_guest=False,
            is_stranger=False,
            seen_at=self.clock.now(),
        )
        self.try_to(people.heard(self.house.ports, member))

    @rule(by=PEOPLE)
    def die_before_the_commit(self, by: UserId) -> None:
        """What was not committed never happened."""
        before = self.run(self.questions())

        async def half() -> None:
            async with self.store.units() as unit:
                tenure = await unit.tenures.current(ONE)
                if tenure is not None:
                    await unit.tenures.end(tenure, self.clock.now())
                raise Died(by)

        with suppress(Died):
            self.run(half())
        assert self.run(self.questions()) == before

    @rule(minutes=st.integers(1, 12))
    def time_passes(self, minutes: int) -> None:
        self.run(self.house.pass_time(minutes=minutes))
        self.asleep = False
        self.learn()

    @rule(minutes=st.integers(1, 20))
    def nobody_is_awake(self, minutes: int) -> None:
        """Clicks may come before the alarms that should have rung."""
        self.clock.advance(timedelta(minutes=minutes))
        self.asleep = True

    @invariant()
    def there_is_one_commander(self) -> None:
        held, *_ = self.run(self.questions())
        assert all(a.until == b.since for a, b in pairwise(held)), "no gap and no overlap"
        assert [t.until for t in held[-1:]] in ([], [None]), "never none after the first"
        assert [t.fence for t in held] == list(range(1, len(held) + 1))

    @invariant()
    def questions_end_in_time(self) -> None:
        if self.asleep:
            return
        held, contest, offer, search = self.run(self.questions())
        now = self.clock.now()
        if not held and search is not None:
            assert now < START + POLICY.seated_within
        if contest is not None:
            assert contest.phase is not ContestPhase.DECIDED
            assert now < contest.incumbent_since + DISPUTE_ENDS
        assert offer is None or now < offer.expires_at
        if search is not None and held:
            assert now < search.begun_at + POLICY.recall_within + POLICY.seated_within


@pytest.mark.sqlite
def test_however_people_press_the_record_has_one_commander(
    sqlite_template: SqliteTemplate, tmp_path_factory: pytest.TempPathFactory
) -> None:
    class Here(Press):
        template = sqlite_template
        folders = tmp_path_factory

    run_state_machine_as_test(Here, settings=settings(max_examples=10, stateful_step_count=20, deadline=None))
