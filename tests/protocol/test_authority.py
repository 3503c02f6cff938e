"""Authority is asked again where things are done, whichever way the request came in."""

from __future__ import annotations

from dataclasses import replace

import pytest

from playbooks.domain.effects import TellPerson, TellRoom
from playbooks.domain.errors import AnotherPerson, NeedsWords, NotNeeded, NotWelcome, NotYourRole
from playbooks.domain.ids import IncidentId, UserId
from playbooks.domain.incident import ResolutionCode, State
from playbooks.domain.person import Kind, Member
from playbooks.domain.statement import Audience, StatementClass
from playbooks.protocol import command, communicate, declare, glass, people, resolve
from playbooks.schema import TwoPeople
from tests.clock import START
from tests.protocol.conftest import ADA, BOB, DEV, EVE, GUS, ON_SQLITE, House

ONE = IncidentId(1)
NIL = UserId("U0NIL")
CODE = ResolutionCode.SOLUTION_PROVIDED


def account(kind: Kind) -> Member:
    return Member(
        id=NIL,
        is_active=kind is not Kind.DEACTIVATED,
        is_bot=kind is Kind.APP,
        is_guest=kind is Kind.GUEST,
        is_stranger=kind is Kind.STRANGER,
        seen_at=START,
    )


async def finish(house: House, by: UserId) -> None:
    await resolve.resolve(house.ports, incident=ONE, by=by, code=CODE, note="rolled back")


@ON_SQLITE
@pytest.mark.parametrize("kind", [Kind.GUEST, Kind.STRANGER, Kind.DEACTIVATED, Kind.APP])
async def test_accounts_that_may_not_take_part_change_nothing(house: House, kind: Kind) -> None:
    await house.in_room()
    await resolve.mitigate(house.ports, incident=ONE, by=GUS)
    await people.learn(house.ports, account(kind))
    before = await house.kinds()
    with pytest.raises(NotWelcome):
        await resolve.reopen(house.ports, incident=ONE, by=NIL, reason="it is back")
    with pytest.raises(NotWelcome):
        await command.take(house.ports, incident=ONE, by=NIL)
    with pytest.raises(NotWelcome):
        await declare.by_hand(house.ports, title="Mine", service="login", severity=2, by=NIL)
    assert await house.kinds() == before
    assert [incident.id for incident in await house.incidents()] == [ONE]


async def test_of_whom_slack_says_nothing_may_raise_the_alarm_but_not_end_it(house: House) -> None:
    incident = await declare.by_hand(house.ports, title="It burns", service="checkout", severity=1, by=NIL)
    await command.take(house.ports, incident=incident.id, by=NIL)
    with pytest.raises(NotWelcome, match="Slack cannot say"):
        await finish(house, NIL)
    await people.learn(house.ports, account(Kind.MEMBER))
    await finish(house, NIL)


async def test_breaking_the_glass_is_announced_and_ends(house: House) -> None:
    await house.in_room()
    await command.take(house.ports, incident=ONE, by=ADA)
    await house.owed()
    with pytest.raises(NeedsWords):
        await glass.shatter(house.ports, incident=ONE, by=DEV, reason=" ")
    with pytest.raises(NotYourRole, match="on shift"):
        await glass.shatter(house.ports, incident=ONE, by=NIL, reason="I want to")
    with pytest.raises(NotYourRole):
        await resolve.mitigate(house.ports, incident=ONE, by=DEV)

    await glass.shatter(house.ports, incident=ONE, by=DEV, reason="Ada does not answer")
    owed = await house.owed()
    assert any(isinstance(effect, TellRoom) for effect in owed)
    assert {effect.user for effect in owed if isinstance(effect, TellPerson)} >= {ADA, GUS}
    with pytest.raises(NotNeeded):
        await glass.shatter(house.ports, incident=ONE, by=DEV, reason="again")
    await resolve.mitigate(house.ports, incident=ONE, by=DEV)
    assert (await house.incident()).state is State.MITIGATED

    await house.pass_time(minutes=16)
    assert (await house.incident()).glass == ()
    with pytest.raises(NotYourRole):
        await finish(house, DEV)


def doubled(house: House, *steps: TwoPeople) -> House:
    """The same house under a playbook that wants two people for these."""
    book = house.ports.handbook()
    rules = book.playbook.authority.model_copy(update={"two_people": steps})
    kind = replace(book, playbook=book.playbook.model_copy(update={"authority": rules}))
    return replace(house, ports=replace(house.ports, handbook=lambda: kind))


@ON_SQLITE
async def test_where_the_playbook_wants_it_another_person_closes(house: House) -> None:
    strict = doubled(house, TwoPeople.CLOSE)
    await strict.in_room()
    await command.take(strict.ports, incident=ONE, by=ADA)
    await finish(strict, ADA)
    with pytest.raises(AnotherPerson, match="<@U0GUS> may"):
        await resolve.close(strict.ports, incident=ONE, by=ADA)
    await resolve.close(strict.ports, incident=ONE, by=GUS)


@ON_SQLITE
async def test_where_the_playbook_wants_it_another_person_releases(house: House) -> None:
    strict = doubled(house, TwoPeople.RELEASE)
    await strict.in_room()
    made = await communicate.state(
        strict.ports, incident=ONE, kind=StatementClass.IMPACT, text="30 % cannot pay", by=BOB
    )
    await communicate.verify(strict.ports, statement=made.id, by=EVE)
    with pytest.raises(AnotherPerson, match="verified it yourself"):
        await communicate.release(strict.ports, statement=made.id, by=EVE, reach=Audience.INTERNAL)
