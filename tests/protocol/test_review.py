"""The post-mortem drafts itself; a human edits and publishes it; nothing is known twice."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from playbooks.domain.effects import PostReview, RefreshCard, TellRoom
from playbooks.domain.errors import AlreadyDecided, Conflict, NeedsWords, NotNeeded
from playbooks.domain.ids import IncidentId, KnownErrorId, ReviewId, ServiceName, UserId
from playbooks.domain.incident import ResolutionCode
from playbooks.domain.review import Confidence, Effect, Finding, Kinship, KnownError, Review, ReviewState
from playbooks.domain.statement import StatementClass
from playbooks.protocol import command, communicate, find, resolve, review, timeline
from tests.clock import START
from tests.protocol.conftest import ADA, BOB, CLEO, DEV, EVE, FAY, GUS, ON_SQLITE, House, signal

ONE, TWO = IncidentId(1), IncidentId(2)
POOL_200 = Effect(target="pool.max", action="set", value="200")
FOUND = Finding(
    symptom="Checkout returns 503 for about 30% of users",
    cause="Connection pool exhausted after release 4.12 raised worker count",
    workaround="Set pool.max to 200",
    effects=(POOL_200,),
    services=(ServiceName("checkout"),),
    signature=("alert:CheckoutErrorRate", "err:PoolTimeout"),
)
SAME = replace(
    FOUND,
    symptom="30 percent of customers get 503 when paying at checkout",
    cause="Database connection pool exhaustion after worker count was raised in release 4.13",
)
"""The same thing in other words."""


async def drafted(house: House, number: int = 1, *, service: str = "checkout") -> Review:
    """A resolved incident with the draft of its post-mortem."""
    await house.declared(service=service)
    incident = IncidentId(number)
    await resolve.resolve(
        house.ports,
        incident=incident,
        by=GUS,
        code=ResolutionCode.WORKAROUND_PROVIDED,
        note="set pool.max to 200",
        despite="we know better",
    )
    await house.owed()
    return await of(house, number)


async def of(house: House, number: int = 1) -> Review:
    found = (await find.picture(house.ports, incident=IncidentId(number))).review
    assert found is not None
    return found


async def edited(
    house: House, number: int = 1, finding: Finding = FOUND, *, service: str = "checkout"
) -> ReviewId:
    """A post-mortem that Ada has read and concluded from."""
    draft = await drafted(house, number, service=service)
    await review.edit(house.ports, review=draft.id, by=ADA, body=f"{draft.body}\nRead.", finding=finding)
    return draft.id


async def published(house: House, finding: Finding = FOUND) -> KnownError:
    """KE-1, from INC-1."""
    id_ = await edited(house, 1, finding)
    await review.publish(house.ports, review=id_, by=ADA, choice="create")
    (known,) = await find.known_errors(house.ports)
    return known


async def kinship(house: House, id_: ReviewId) -> Kinship:
    return (await review.proposal(house.ports, review=id_)).kinship


# ------------------------------------------------------------------ the draft
async def an_eventful_incident(house: House) -> None:
    """Alerts, a commander, statements, a key event, an update, and the end."""
    await house.hears(
        signal("checkout", at=START, name="CheckoutErrorRate"),
        signal("checkout", at=START, name="CheckoutErrorRate", origin="probe"),
    )
    await house.pass_time(minutes=5)
    await command.take(house.ports, incident=ONE, by=BOB)
    impact = await communicate.state(
        house.ports, incident=ONE, kind=StatementClass.IMPACT, text=FOUND.symptom, by=DEV
    )
    await communicate.release(house.ports, statement=impact.id, by=BOB)
    cause = await communicate.state(
        house.ports, incident=ONE, kind=StatementClass.CAUSE, text=FOUND.cause, by=DEV
    )
    await communicate.verify(house.ports, statement=cause.id, by=CLEO, evidence=("https://graphs.example/1",))
    await communicate.state(
        house.ports, incident=ONE, kind=StatementClass.CAUSE, text="It was the network", by=FAY
    )
    house.clock.advance(timedelta(minutes=1))
    await timeline.note(house.ports, incident=ONE, text="Rolled back 4.12 in eu-west", by=DEV)
    await communicate.send(house.ports, incident=ONE, by=EVE)
    house.clock.advance(timedelta(minutes=10))
    await resolve.resolve(
        house.ports,
        incident=ONE,
        by=BOB,
        code=ResolutionCode.SOLUTION_PROVIDED,
        note="rolled back 4.12",
        despite="we know better",
    )


async def test_the_draft_tells_what_the_record_holds(house: House) -> None:
    await an_eventful_incident(house)
    body = (await of(house)).body
    for said in (
        "# INC-1 Checkout: CheckoutErrorRate on checkout",
        "SEV1",
        "Ended as “solution provided”: rolled back 4.12",
        f"- {FOUND.symptom} (released, stated 09:05:00 by @dev, verified by @bob)",
        "| Impact began | 2026-03-02 09:00 UTC | |",
        "| Declared | 2026-03-02 09:05 UTC | 5 min |",
        "| Resolved | 2026-03-02 09:16 UTC | 16 min |",
        "- gold-restore (restore within 4 h 00 min): met after 16 min, 3 h 44 min to spare",
        "- 09:00:00 CheckoutErrorRate on checkout (probe)",
        "- 09:05:00 Declared by rule tier1-corroborated: Two independent systems",
        "- 09:06:00 **Rolled back 4.12 in eu-west** (@dev)",
        "- 09:16:00 Resolved, solution provided: rolled back 4.12",
        "- @bob commanded from 09:05:00 to – (claim)",
        "- Verified: Connection pool exhausted after release 4.12 raised worker count (https://graphs.example/1)",
        "- Unverified: It was the network",
        "- Update 1, due 09:10:00, sent 09:06:00 by @eve",
        "- No change was held or approved.",
        "- Workaround: rolled back 4.12",
    ):
        assert said in body, said


@ON_SQLITE
async def test_the_timeline_of_the_draft_names_entries_of_the_log(house: House) -> None:
    await an_eventful_incident(house)
    body = (await of(house)).body
    entries = {entry.seq: entry for entry in await house.log()}
    lines = [line for line in body.splitlines() if line.startswith("- 09:") and line.endswith("]")]
    numbers = [int(line.rpartition("[")[2].rstrip("]")) for line in lines]
    assert len(numbers) == 7
    assert [f"{entries[n].at:%H:%M:%S}" for n in numbers] == [line[2:10] for line in lines]
    assert sorted(numbers) == numbers


@ON_SQLITE
async def test_the_draft_suggests_what_people_stand_for(house: House) -> None:
    """A verified impact and cause; a hypothesis is no finding."""
    await an_eventful_incident(house)
    finding = (await of(house)).finding
    assert finding is not None
    assert (finding.symptom, finding.cause) == (FOUND.symptom, FOUND.cause)
    assert finding.workaround == "rolled back 4.12"
    assert (finding.signature, finding.services) == (("alert:CheckoutErrorRate",), ("checkout",))


@ON_SQLITE
async def test_a_draft_without_statements_starts_from_the_title_and_the_note(house: House) -> None:
    finding = (await drafted(house)).finding
    assert finding is not None
    assert (finding.symptom, finding.cause, finding.workaround) == (
        "Payments time out",
        "",
        "set pool.max to 200",
    )


@ON_SQLITE
async def test_the_draft_is_shown_in_the_room(house: House) -> None:
    await house.in_room()
    await resolve.resolve(
        house.ports,
        incident=ONE,
        by=GUS,
        code=ResolutionCode.SOLUTION_PROVIDED,
        note="rolled back",
        despite="we know better",
    )
    assert PostReview(incident=ONE, review=(await of(house)).id) in await house.owed()


@ON_SQLITE
async def test_a_draft_that_nobody_touched_is_written_anew_when_it_is_over_again(house: House) -> None:
    first = await drafted(house)
    await resolve.reopen(house.ports, incident=ONE, by=BOB, reason="it fails again")
    await resolve.resolve(
        house.ports,
        incident=ONE,
        by=GUS,
        code=ResolutionCode.SOLUTION_PROVIDED,
        note="raised for good",
        despite="we know better",
    )
    again = await of(house)
    assert again.id == first.id
    assert "Reopened: it fails again" in again.body
    assert "raised for good" in again.body


# ------------------------------------------------------------------ editing
async def test_an_edit_changes_what_it_names_and_keeps_the_rest(house: House) -> None:
    draft = await drafted(house)
    one = await review.edit(house.ports, review=draft.id, by=ADA, body="What we learned", finding=None)
    two = await review.edit(house.ports, review=draft.id, by=BOB, body=None, finding=FOUND)
    assert (one.body, one.finding, one.edited_by) == ("What we learned", draft.finding, ADA)
    assert (two.body, two.finding, two.edited_by) == ("What we learned", FOUND, BOB)
    assert (await house.kinds()).count("ReviewEdited") == 2
    assert await house.owed() == []


@ON_SQLITE
async def test_what_nobody_has_read_is_not_published(house: House) -> None:
    draft = await drafted(house)
    with pytest.raises(NeedsWords, match="Nobody has read"):
        await review.publish(house.ports, review=draft.id, by=ADA, choice="create")
    assert (await of(house)).state is ReviewState.DRAFT
    assert await find.known_errors(house.ports) == []


@ON_SQLITE
async def test_a_finding_needs_a_symptom(house: House) -> None:
    id_ = await edited(house, 1, replace(FOUND, symptom=" "))
    for ask in (
        review.proposal(house.ports, review=id_),
        review.publish(house.ports, review=id_, by=ADA, choice="create"),
    ):
        with pytest.raises(NeedsWords, match="what users experienced"):
            await ask


@ON_SQLITE
async def test_a_post_mortem_that_does_not_exist_is_an_answer(house: House) -> None:
    with pytest.raises(NeedsWords):
        await review.proposal(house.ports, review=ReviewId("gone"))


# ------------------------------------------------------------------ publishing
async def test_what_is_new_becomes_a_known_error(house: House) -> None:
    id_ = await edited(house)
    assert await kinship(house, id_) is Kinship.NEW
    done = await review.publish(house.ports, review=id_, by=BOB, choice="create")
    assert (done.state, done.published_by, done.known_error) == (ReviewState.PUBLISHED, BOB, 1)
    (known,) = await find.known_errors(house.ports)
    assert (known.title, known.cause, known.incidents) == (FOUND.symptom, FOUND.cause, (1,))
    assert (known.confidence, [w.text for w in known.workarounds]) == (
        Confidence.NOT_VALIDATED,
        ["Set pool.max to 200"],
    )
    entry = await house.entry("ReviewPublished")
    assert (entry["known_error"], entry["kinship"]) == (1, "new")


@ON_SQLITE
async def test_a_known_error_without_a_cause_is_work_in_progress(house: House) -> None:
    known = await published(house, replace(FOUND, cause="", workaround=""))
    assert (known.confidence, known.workarounds) == (Confidence.WORK_IN_PROGRESS, ())


@ON_SQLITE
async def test_what_is_published_stays_as_it_is(house: House) -> None:
    await published(house)
    id_ = (await of(house)).id
    for act in (
        review.edit(house.ports, review=id_, by=BOB, body="No, it was like this", finding=None),
        review.publish(house.ports, review=id_, by=BOB, choice="create"),
        review.publish(house.ports, review=id_, by=BOB, choice="attach"),
        review.proposal(house.ports, review=id_),
    ):
        with pytest.raises(AlreadyDecided, match="<@U0ADA>"):
            await act


async def test_the_same_finding_is_not_created_twice_but_attached(house: House) -> None:
    await published(house)
    second = await edited(house, 2, SAME)
    assert await kinship(house, second) is Kinship.DUPLICATE
    with pytest.raises(NotNeeded, match="KE-1"):
        await review.publish(house.ports, review=second, by=BOB, choice="create")
    assert (await of(house, 2)).state is ReviewState.DRAFT
    await review.publish(house.ports, review=second, by=BOB, choice="attach")
    (known,) = await find.known_errors(house.ports)
    assert (known.incidents, known.symptoms) == ((1, 2), (FOUND.symptom, SAME.symptom))
    assert (known.cause, len(known.workarounds)) == (FOUND.cause, 1)
    assert (await house.entry("FindingAttached", 2))["kinship"] == "duplicate"


async def test_of_two_that_publish_the_same_at_the_same_moment_one_creates(house: House) -> None:
    first, second = await edited(house, 1, FOUND), await edited(house, 2, SAME)
    outcomes = await asyncio.gather(
        *(review.publish(house.ports, review=id_, by=ADA, choice="create") for id_ in (first, second)),
        return_exceptions=True,
    )
    assert sorted(type(o).__name__ for o in outcomes) == ["NotNeeded", "Review"]
    assert [known.id for known in await find.known_errors(house.ports)] == [1]
    loser = second if isinstance(outcomes[1], NotNeeded) else first
    attached = await review.publish(house.ports, review=loser, by=ADA, choice="attach")
    assert attached.known_error == 1


async def test_two_presses_at_the_same_moment_publish_once(house: House) -> None:
    id_ = await edited(house)
    outcomes = await asyncio.gather(
        *(review.publish(house.ports, review=id_, by=by, choice="create") for by in (ADA, BOB)),
        return_exceptions=True,
    )
    assert sorted(type(o).__name__ for o in outcomes) == ["AlreadyDecided", "Review"]
    assert len(await find.known_errors(house.ports)) == 1


@pytest.mark.parametrize("choice", ["create", "attach"])
@ON_SQLITE
async def test_workarounds_that_contradict_each_other_wait_for_a_decision(
    house: House, choice: review.Choice
) -> None:
    known = await published(house)
    other = replace(SAME, workaround="Set pool.max to 50", effects=(replace(POOL_200, value="50"),))
    second = await edited(house, 2, other)
    assert await kinship(house, second) is Kinship.CONFLICT
    with pytest.raises((Conflict, NotNeeded), match=r"set pool\.max = 50"):
        await review.publish(house.ports, review=second, by=BOB, choice=choice)
    assert await find.known_errors(house.ports) == [known]


@ON_SQLITE
async def test_another_way_around_the_same_problem_is_added_to_it(house: House) -> None:
    await published(house)
    other = replace(
        SAME,
        workaround="Restart the checkout workers one by one",
        effects=(Effect(target="checkout", action="restart"),),
    )
    second = await edited(house, 2, other)
    assert await kinship(house, second) is Kinship.SAME_CAUSE
    with pytest.raises(NotNeeded):
        await review.publish(house.ports, review=second, by=BOB, choice="create")
    await review.publish(house.ports, review=second, by=BOB, choice="attach")
    (known,) = await find.known_errors(house.ports)
    assert [w.text for w in known.workarounds] == [FOUND.workaround, other.workaround]


@ON_SQLITE
async def test_the_same_look_with_another_cause_may_be_new(house: House) -> None:
    await published(house)
    second = await edited(house, 2, replace(FOUND, cause="A certificate of the provider expired"))
    assert await kinship(house, second) is Kinship.SIBLING
    await review.publish(house.ports, review=second, by=BOB, choice="create")
    assert [known.id for known in await find.known_errors(house.ports)] == [2, 1]


@ON_SQLITE
async def test_what_is_not_known_cannot_be_attached(house: House) -> None:
    id_ = await edited(house)
    with pytest.raises(NotNeeded, match="Create a new one"):
        await review.publish(house.ports, review=id_, by=ADA, choice="attach")


@ON_SQLITE
async def test_publishing_tells_the_room_and_other_incidents_see_it(house: House) -> None:
    await house.in_room()
    await house.declared(service="dns")
    await resolve.resolve(
        house.ports,
        incident=ONE,
        by=GUS,
        code=ResolutionCode.SOLUTION_PROVIDED,
        note="rolled back",
        despite="we know better",
    )
    id_ = (await of(house)).id
    await review.edit(house.ports, review=id_, by=ADA, finding=FOUND)
    await house.owed()
    await review.publish(house.ports, review=id_, by=ADA, choice="create")
    owed = await house.owed()
    assert [type(e.about).__name__ for e in owed if isinstance(e, TellRoom)] == ["ReviewPublished"]
    assert RefreshCard(incident=ONE) in owed
    assert RefreshCard(incident=TWO) not in owed, "it has no card yet"


@ON_SQLITE
async def test_what_was_learned_is_recognised_the_next_time(house: House) -> None:
    await published(house)
    await house.declared(title="Checkout returns 503 for many users")
    assert (await house.entry("KnownErrorRecognised", 2))["workaround"] == "Set pool.max to 200"
    picture = await find.picture(house.ports, incident=TWO)
    assert [known.id for known, _ in picture.known_errors] == [KnownErrorId(1)]


@ON_SQLITE
@pytest.mark.parametrize("by", [DEV, FAY, EVE])
async def test_anybody_may_publish_what_somebody_has_read(house: House, by: UserId) -> None:
    id_ = await edited(house)
    assert (await review.publish(house.ports, review=id_, by=by, choice="create")).published_by == by
