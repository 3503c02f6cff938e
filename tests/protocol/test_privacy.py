"""A private incident is played like any other, and nobody but its insiders finds or hears of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from playbooks.domain.alike import LooksAlike
from playbooks.domain.change import Decision
from playbooks.domain.effects import (
    Announce,
    Effect,
    Invite,
    PostCandidate,
    PostUpdate,
    RefreshAnnouncement,
    SendBrief,
    TellPerson,
)
from playbooks.domain.errors import AwaitsWord, IncidentNotFound, NeedsWords, NotNeeded, NotYourRole
from playbooks.domain.ids import ChannelId, IncidentId, Ts, UserId
from playbooks.domain.incident import Incident, Major, ResolutionCode, RoomHarm, RoomState
from playbooks.domain.privacy import Audience
from playbooks.domain.retold import retell
from playbooks.domain.role import Role
from playbooks.domain.statement import StatementClass
from playbooks.ports import Ports
from playbooks.protocol import (
    command,
    communicate,
    decisions,
    declare,
    fate,
    find,
    freeze,
    merge,
    privacy,
    report,
    resolve,
    review,
    room,
    search,
    tasks,
)
from playbooks.protocol.gate import ask
from playbooks.protocol.veil import seen_by
from tests.clock import START
from tests.protocol.conftest import ADA, BOB, CLEO, DEV, FAY, GUS, ON_SQLITE, House, signal
from tests.protocol.test_freeze import ROUTINE
from tests.protocol.test_governance import end, ruled
from tests.replays import in_short

ONE, TWO = IncidentId(1), IncidentId(2)
THERE = ChannelId("C0SECRET")
TITLE = "Somebody reads our mail"
OUTWARD = (Announce, PostCandidate, PostUpdate, RefreshAnnouncement)


async def begun(house: House, *people: UserId, title: str = TITLE, opened: bool = True) -> Incident:
    """Fay declares privately and names some people; the room is open."""
    incident = await declare.by_hand(
        house.ports, title=title, service="checkout", severity=1, by=FAY, private=people
    )
    if opened:
        async with house.store.units() as unit:
            await room.opened(unit, house.ports, incident=incident.id, room=THERE, name="inc-1-private")
            await room.card_posted(unit, house.ports, incident=incident.id, channel=THERE, ts=Ts("1.1"))
            await unit.commit()
    return incident


def reached(owed: list[Effect]) -> set[UserId]:
    users = {user for e in owed if isinstance(e, Invite) for user in e.users}
    return users | {e.user for e in owed if isinstance(e, TellPerson | SendBrief)}


def theirs(house: House, reader: UserId | Audience) -> Ports:
    return seen_by(house.ports, reader)


async def insiders(house: House, number: int = 1) -> set[UserId]:
    async with house.store.reading() as unit:
        return set(await unit.insiders.of(IncidentId(number)))


async def let_in(house: House, number: int = 1) -> list[tuple[str, str, str]]:
    """Who was let in how by whom, as the log has it."""
    given = [e for e in await house.log(number) if e.kind == "AccessGiven"]
    return [(str(e.body["person"]), str(e.body["how"]), e.actor) for e in given if e.body]


async def test_a_whole_private_incident_is_heard_by_its_insiders_and_nobody_else(house: House) -> None:
    await begun(house, BOB)
    await command.take(house.ports, incident=ONE, by=BOB)
    made = await communicate.state(
        house.ports, incident=ONE, kind=StatementClass.IMPACT, text="Mail is read", by=BOB
    )
    await communicate.verify(house.ports, statement=made.id, by=FAY)
    await communicate.release(house.ports, statement=made.id, by=BOB)
    await command.appoint(house.ports, incident=ONE, role=Role.SCRIBE, to=CLEO, by=BOB)
    await house.pass_time(hours=3)
    with pytest.raises(NotNeeded, match="stakeholders hear nothing"):
        await communicate.send(house.ports, incident=ONE, by=BOB)
    await resolve.severity(house.ports, incident=ONE, by=BOB, severity=2, reason="less")
    await resolve.mitigate(house.ports, incident=ONE, by=BOB)
    await resolve.resolve(
        house.ports, incident=ONE, by=BOB, code=ResolutionCode.SOLUTION_PROVIDED, note="locked out"
    )
    await house.pass_time(hours=3)
    owed = await house.owed()
    assert reached(owed) == {BOB, FAY, CLEO} == await insiders(house)
    assert not [effect for effect in owed if isinstance(effect, OUTWARD)]
    assert await let_in(house) == [(BOB, "named", FAY), (CLEO, "asked", BOB)]
    assert (await find.picture(house.ports, incident=ONE)).updates == (), "nothing is promised to anybody"
    told, _ = retell(await house.log())
    picture = await find.picture(house.ports, incident=ONE)
    assert told == in_short(picture.incident, picture.tenure)
    assert told.private


async def test_outsiders_find_it_no_more_than_what_there_never_was(house: House) -> None:
    await begun(house, BOB)
    await house.declared(service="search", title="Search is slow")
    for reader in (ADA, UserId(""), Audience.EVERYBODY):
        ports = theirs(house, reader)
        assert [i.id for i in await find.live(ports)] == [TWO]
        assert [i.id for i in await find.recent(ports, limit=1)] == [TWO]
        assert [i.id for i in await find.recent(ports, limit=5)] == [TWO]
        assert await find.in_room(ports, channel=THERE) is None
        assert [p.incident.id for p in await freeze.overview(ports)] == [TWO]
        for number in (ONE, IncidentId(99)):
            with pytest.raises(IncidentNotFound, match=f"There is no INC-{number}"):
                await find.incident(ports, number=number)
            with pytest.raises(IncidentNotFound, match=f"There is no INC-{number}"):
                await find.picture(ports, incident=number)
            with pytest.raises(IncidentNotFound, match=f"There is no INC-{number}"):
                await room.join(ports, incident=number, by=ADA)
            with pytest.raises(IncidentNotFound, match=f"There is no INC-{number}"):
                await search.search(ports, incident=number, words="mail")
            with pytest.raises(IncidentNotFound, match=f"There is no INC-{number}"):
                await merge.merge(ports, incident=TWO, into=number, by=ADA)
            with pytest.raises(IncidentNotFound, match=f"There is no INC-{number}"):
                await command.take(ports, incident=number, by=ADA)
    assert {i.id for i in await find.live(theirs(house, BOB))} == {ONE, TWO}
    assert (await find.picture(theirs(house, Audience.OPERATOR), incident=ONE)).incident.title == TITLE


@ON_SQLITE
async def test_whoever_declares_the_same_does_not_hear_of_it_and_insiders_do(house: House) -> None:
    await begun(house, BOB)
    with pytest.raises(LooksAlike, match="INC-1"):
        await declare.by_hand(theirs(house, BOB), title="Mail", service="checkout", severity=1, by=BOB)
    other = await declare.by_hand(theirs(house, ADA), title="Mail", service="checkout", severity=1, by=ADA)
    assert (other.id, other.private) == (TWO, False)


@ON_SQLITE
async def test_monitoring_and_reports_pass_it_by(house: House) -> None:
    """An outage is public, whatever else is going on at its service."""
    waiting = await report.file(house.ports, service="checkout", text="It is slow", by=CLEO)
    await begun(house, BOB)
    filed = await report.file(house.ports, service="checkout", text="My card is refused", by=BOB)
    assert (waiting.incident, filed.incident) == (None, None)
    await house.hears(
        signal("checkout", at=START, severity=2), signal("checkout", at=START, severity=2, origin="probe")
    )
    await house.pass_time(minutes=5)
    secret, outage = await house.incidents()
    assert (secret.private, outage.private, outage.major) == (True, False, Major.ACCEPTED)
    picture = await find.picture(house.ports, incident=ONE)
    assert (picture.episodes, picture.reports) == ((), ())
    assert "MergeProposed" not in await house.kinds()


@ON_SQLITE
async def test_a_question_of_monitoring_is_not_answered_in_private(house: House) -> None:
    await house.hears(signal("checkout", at=START))
    await house.pass_time(minutes=10)
    (candidate,) = await house.incidents()
    assert candidate.major is Major.PROPOSED
    secret = await begun(house, opened=False)
    assert secret.id == TWO
    assert (await house.incident(1)).major is Major.PROPOSED


@ON_SQLITE
async def test_a_drill_cannot_be_private(house: House) -> None:
    with pytest.raises(NeedsWords, match="A drill cannot be private"):
        await declare.by_hand(
            house.ports, title="x", service="checkout", severity=1, by=FAY, drill=(), private=()
        )


async def test_if_nobody_takes_command_people_are_asked_and_know_of_it_from_then_on(house: House) -> None:
    await begun(house)
    await house.owed()
    assert await insiders(house) == {FAY}
    await house.pass_time(minutes=3)
    first = await insiders(house) - {FAY}
    assert len(first) == 1, "one is asked at a time"
    assert reached(await house.owed()) == first
    await house.pass_time(minutes=12)
    assert GUS in await insiders(house), "a duty manager sits down in the end"
    assert [how for _, how, _ in await let_in(house)].count("asked") == len(await insiders(house)) - 1
    assert (await find.picture(theirs(house, GUS), incident=ONE)).tenure is not None


@ON_SQLITE
async def test_silence_goes_to_its_own_people_where_duty_managers_may_not_know(house: House) -> None:
    await begun(house)
    await command.take(house.ports, incident=ONE, by=BOB)
    await house.owed()
    await house.pass_time(hours=2)
    told = [effect for effect in await house.owed() if isinstance(effect, TellPerson)]
    stale = [effect.user for effect in told if type(effect.about).__name__ == "IncidentStale"]
    assert stale, "somebody is asked"
    assert set(stale) == {BOB}


async def test_who_is_in_the_room_may_know_and_who_left_may_not(house: House) -> None:
    await begun(house)
    await command.take(house.ports, incident=ONE, by=BOB)
    assert await privacy.came(house.ports, channel=THERE, person=CLEO, by=FAY)
    assert not await privacy.came(house.ports, channel=THERE, person=CLEO, by=FAY), "once"
    assert not await privacy.came(house.ports, channel=ChannelId("C0OTHER"), person=ADA, by=FAY)
    assert (CLEO, "came", FAY) in await let_in(house)
    assert await find.picture(theirs(house, CLEO), incident=ONE)
    assert await privacy.went(house.ports, channel=THERE, person=CLEO, at=START)
    assert not await privacy.went(house.ports, channel=THERE, person=CLEO, at=START)
    with pytest.raises(IncidentNotFound):
        await find.picture(theirs(house, CLEO), incident=ONE)
    assert not await privacy.went(house.ports, channel=THERE, person=BOB, at=START), "he commands"
    assert await find.picture(theirs(house, BOB), incident=ONE)
    assert (await house.kinds()).count("AccessEnded") == 1


@ON_SQLITE
async def test_what_slack_did_not_tell_is_read_from_the_rooms_members(house: House) -> None:
    await begun(house, ADA, CLEO)
    await command.take(house.ports, incident=ONE, by=BOB)
    just_now = await privacy.compare(house.ports, incident=ONE, present={FAY})
    assert (just_now, await insiders(house)) == (0, {FAY, ADA, CLEO, BOB}), "invitations are under way"
    house.clock.advance(timedelta(minutes=11))
    assert await privacy.compare(house.ports, incident=ONE, present={FAY, CLEO, DEV}) == 2
    assert await insiders(house) == {FAY, CLEO, DEV, BOB}, "Bob commands, wherever he is"
    assert await privacy.compare(house.ports, incident=ONE, present={FAY, CLEO, DEV}) == 0
    await house.in_room(service="search", title="Search is slow")
    assert await privacy.compare(house.ports, incident=TWO, present={ADA}) == 0


@ON_SQLITE
async def test_a_public_room_lets_nobody_in_or_out(house: House) -> None:
    found = await house.in_room()
    assert found.room is not None
    assert not await privacy.came(house.ports, channel=found.room, person=CLEO, by=FAY)
    assert not await privacy.went(house.ports, channel=found.room, person=FAY, at=START)
    assert await insiders(house) == set()


async def test_where_there_is_no_room_nothing_is_said_elsewhere(house: House) -> None:
    await begun(house, opened=False)
    await command.take(house.ports, incident=ONE, by=BOB)
    async with house.store.units() as unit:
        await room.unavailable(unit, house.ports, incident=ONE, reason="not allowed")
        await unit.commit()
    owed = await house.owed()
    assert reached(owed) == {FAY, BOB}
    assert "PostCard" not in {type(effect).__name__ for effect in owed}
    await fate.new_room(house.ports, incident=ONE, by=FAY)
    assert (await house.incident()).room_state is RoomState.WANTED
    assert "OpenRoom" in await house.told()


async def test_the_commander_hears_at_once_that_we_were_thrown_out_and_nobody_else_does(house: House) -> None:
    await begun(house)
    await command.take(house.ports, incident=ONE, by=BOB)
    await house.owed()
    assert await fate.harmed(house.ports, channel=THERE, how=RoomHarm.SHUT_OUT, by=CLEO, at=START)
    owed = await house.owed()
    assert [type(effect).__name__ for effect in owed] == ["TellPerson"]
    assert reached(owed) == {BOB}
    await fate.new_room(house.ports, incident=ONE, by=BOB)
    async with house.store.units() as unit:
        await room.opened(unit, house.ports, incident=ONE, room=ChannelId("C0NEW"), name="inc-1-private-2")
        await unit.commit()
    assert reached(await house.owed()) == {FAY, BOB}, "its people are asked into the new one"


@ON_SQLITE
async def test_the_gate_holds_and_does_not_say_for_what(house: House) -> None:
    await begun(house)
    answer = await ask(house.ports, question=ROUTINE)
    assert answer.verdict.decision is Decision.HOLD
    (reason,) = answer.verdict.reasons
    assert (reason.code, reason.private) == ("private", True)
    assert reason.text.startswith("A private incident holds this change.")
    assert [hold.ref for hold in (await find.picture(house.ports, incident=ONE)).holds] == [ROUTINE.ref]
    far = await ask(house.ports, question=replace(ROUTINE, ref="CHG-9", env="staging"))
    assert "rivate incident" not in str(far.verdict.reasons)
    passing = await ask(house.ports, question=replace(ROUTINE, ref="CHG-10", services=("status-page",)))
    allowed = [r for r in passing.verdict.reasons if r.decision is Decision.ALLOW]
    assert all(r.incident is None for r in allowed), "what it lets pass does not hear of it"


async def test_it_becomes_public_by_its_commander_with_a_reason(house: House) -> None:
    await begun(house, BOB, CLEO)
    await command.take(house.ports, incident=ONE, by=BOB)
    await resolve.mitigate(house.ports, incident=ONE, by=BOB)
    await house.owed()
    with pytest.raises(IncidentNotFound):
        await privacy.make_public(theirs(house, ADA), incident=ONE, by=ADA, reason="I want to know")
    with pytest.raises(NotYourRole):
        await privacy.make_public(theirs(house, CLEO), incident=ONE, by=CLEO, reason="why not")
    with pytest.raises(NeedsWords):
        await privacy.make_public(house.ports, incident=ONE, by=BOB, reason=" ")
    public = await privacy.make_public(theirs(house, BOB), incident=ONE, by=BOB, reason="customers know")
    assert not public.private
    owed = [type(effect).__name__ for effect in await house.owed()]
    assert "Announce" in owed
    assert (await find.picture(theirs(house, ADA), incident=ONE)).due is not None, (
        "stakeholders are owed news"
    )
    with pytest.raises(NotNeeded, match="is public"):
        await privacy.make_public(house.ports, incident=ONE, by=BOB, reason="again")
    told, changes = retell(await house.log())
    assert not told.private
    assert [(c.before, c.after, c.reason) for c in changes if c.what == "private"][-1] == (
        True,
        False,
        "customers know",
    )


@ON_SQLITE
async def test_no_part_of_it_is_found_by_its_own_name(house: House) -> None:
    await begun(house, BOB)
    await command.take(house.ports, incident=ONE, by=BOB)
    task = await tasks.assign(house.ports, incident=ONE, to=FAY, by=BOB, text="lock it")
    offer = await command.offer(house.ports, incident=ONE, to=FAY, by=BOB)
    proposal = await decisions.propose(house.ports, incident=ONE, by=FAY, text="tell the police")
    for reader, hidden in ((ADA, True), (FAY, False)):
        ports = theirs(house, reader)
        for look in (
            lambda ports=ports: tasks.find(ports, task=task.id),
            lambda ports=ports: find.handover(ports, handover=offer.id),
            lambda ports=ports: decisions.find(ports, decision=proposal.id),
        ):
            if hidden:
                with pytest.raises(NeedsWords, match="does not exist"):
                    await look()
            else:
                assert (await look()).incident == ONE


@ON_SQLITE
async def test_its_post_mortem_is_published_once_it_is_public(house: House) -> None:
    await begun(house, BOB)
    await command.take(house.ports, incident=ONE, by=BOB)
    await resolve.mitigate(house.ports, incident=ONE, by=BOB)
    await resolve.resolve(
        house.ports, incident=ONE, by=BOB, code=ResolutionCode.SOLUTION_PROVIDED, note="locked out"
    )
    drafted = (await find.picture(house.ports, incident=ONE)).review
    assert drafted is not None
    assert any(type(effect).__name__ == "PostReview" for effect in await house.owed())
    await review.edit(house.ports, review=drafted.id, by=BOB, finding=drafted.finding)
    with pytest.raises(NotNeeded, match="is private"):
        await review.publish(house.ports, review=drafted.id, by=BOB, choice="create")
    assert await find.known_errors(house.ports) == []
    house.clock.advance(timedelta(days=1))
    await privacy.make_public(house.ports, incident=ONE, by=BOB, reason="it is over")
    await review.publish(house.ports, review=drafted.id, by=BOB, choice="create")
    assert len(await find.known_errors(house.ports)) == 1
    assert DEV not in await insiders(house)


@ON_SQLITE
async def test_a_second_word_is_asked_of_those_who_may_know_of_it(house: House) -> None:
    await begun(house, BOB)
    await command.take(house.ports, incident=ONE, by=BOB)
    await house.owed()
    governed = ruled(house, model="federated", veto="3m", silence="lapses")
    with pytest.raises(AwaitsWord, match="nobody yet may agree"):
        await end(governed)
    assert reached(await governed.owed()) <= {BOB, FAY}
    await governed.pass_time(minutes=4)
    assert await privacy.came(house.ports, channel=THERE, person=GUS, by=BOB)
    with pytest.raises(AwaitsWord, match="<@U0GUS> may agree"):
        await end(governed)
    assert GUS in reached(await governed.owed())
