"""Step 8: the post-mortem drafts itself, and what it taught is known exactly once."""

from __future__ import annotations

import asyncio

from bot.demo.cast import Cast
from bot.demo.learning import it_is_learnt
from bot.demo.outbreak import storm
from bot.demo.recovery import HYPOTHESIS, WORKAROUND, calm
from sandbox.testing import Message, Modal
from tests.scenarios.conftest import on_both, once
from tests.scenarios.record import Record
from tests.scenarios.scenes import commanded, declared, resolved

LEARNT = {"cause": HYPOTHESIS, "workaround": WORKAROUND, "effects": "pool.max set 200"}


async def over(cast: Cast, *, number: int = 1, service: str = "checkout", title: str = "") -> Message:
    """An incident from beginning to end; its post-mortem in the room."""
    how = {"title": title} if title else {}
    card = await declared(cast, service=service, number=number, **how)
    await card.button("Take command").press(as_="ada")
    await cast.card("Commander* @ada")
    await resolved(cast)
    return await cast.said("has drafted itself")


async def learnt(cast: Cast, draft: Message, by: str = "ada", **finding: str) -> None:
    """Somebody writes down what was learnt."""
    await draft.button("What we learned").press(as_=by)
    form = await cast.person(by).modal(title="What we learned")
    saved = await form.submit(LEARNT | finding)
    assert saved.kind == "updated", saved.errors


async def before_publishing(cast: Cast, draft: Message, by: str = "ada") -> Modal:
    """The question that is asked before anything is published."""
    await draft.button("Publish").press(as_=by)
    return await cast.person(by).modal(title="Publish")


async def published(cast: Cast, draft: Message, choice: str = "create", **finding: str) -> None:
    """The finding has a home."""
    await learnt(cast, draft, **finding)
    done = await (await before_publishing(cast, draft)).submit({"choice": choice})
    assert done.kind == "closed", done.errors
    await cast.said("published the post-mortem")


async def test_what_was_learnt_is_known_once_and_shown_the_next_time(cast: Cast, record: Record) -> None:
    await storm(cast)
    await (await cast.card("Take command")).button("Take command").press(as_="ada")
    await cast.card("Commander* @ada")
    await calm(cast)
    await resolved(cast)
    await it_is_learnt(cast)

    (created,) = await record.log("KnownErrorCreated")
    (attached,) = await record.log("FindingAttached", number=2)
    assert (created.body or {})["known_error"] == (attached.body or {})["known_error"] == 1
    (recognised,) = await record.bodies("KnownErrorRecognised", number=2)
    assert (recognised["known_error"], recognised["workaround"]) == (1, WORKAROUND)
    assert len(await record.log("ReviewPublished", number=2)) == 1


@on_both
async def test_the_draft_tells_the_story_with_the_numbers_of_the_log(cast: Cast, record: Record) -> None:
    await commanded(cast)
    await cast.command("dev", "log saw the pool run empty")
    await resolved(cast)
    draft = await cast.said("has drafted itself")
    await draft.button("Read").press(as_="fay")
    shown = await cast.person("fay").modal(title="Post-mortem")
    noted = await record.logged("KeyEventMarked", "pool run empty")
    assert "saw the pool run empty" in shown.text
    assert f"[{noted.seq}]" in shown.text
    assert "rolled back" in shown.text


@on_both
async def test_a_way_around_that_contradicts_a_known_one_waits_for_people(cast: Cast, record: Record) -> None:
    """T-e 5: same target, other value."""
    await published(cast, await over(cast))
    draft = await over(cast, number=2)
    await learnt(cast, draft, effects="pool.max set 50", workaround="Set pool.max to 50")
    form = await before_publishing(cast, draft)
    assert "contradicts the one of *KE-1*" in form.text
    for choice in ("attach", "create"):
        refused = await form.submit({"choice": choice})
        assert refused.kind == "errors", choice
    assert await record.log("ReviewPublished", number=2) == []


@once
async def test_another_thing_becomes_another_known_error(cast: Cast) -> None:
    """T-e 3."""
    await published(cast, await over(cast))
    draft = await over(cast, number=2, service="search", title="searching takes ten seconds")
    other = {
        "cause": "index compaction ran at noon",
        "workaround": "Move the compaction to the night",
        "effects": "compaction.at set 03:00",
    }
    await published(cast, draft, **other)
    known = await cast.command("fay", "known", room="general")
    assert ("KE-1" in known, "KE-2" in known) == (True, True)
    found = await cast.command("fay", "known compaction", room="general")
    assert ("KE-1" in found, "KE-2" in found) == (False, True)
    assert "Move the compaction to the night" in found


@on_both
async def test_two_people_publish_the_same_discovery_at_the_same_moment(cast: Cast, record: Record) -> None:
    """T-e 9: the second one finds what the first one has just made."""
    drafts = [await over(cast), await over(cast, number=2)]
    rooms = ["inc-1-checkout", "inc-2-checkout"]
    people = ["ada", "bob"]
    forms = []
    for draft, person in zip(drafts, people, strict=True):
        await learnt(cast, draft, by=person)
        forms.append(await before_publishing(cast, draft, by=person))
    done = await asyncio.gather(*[form.submit({"choice": "create"}) for form in forms])
    assert sorted(result.kind for result in done) == ["closed", "errors"]
    late = next(i for i, result in enumerate(done) if result.kind == "errors")
    assert "This is not new" in " ".join(done[late].errors.values())

    again = await before_publishing(cast, drafts[late], by=people[late])
    assert "KE-1" in again.text
    await again.submit({"choice": "attach"})
    await cast.said("published the post-mortem", rooms[late])
    created = [len(await record.log("KnownErrorCreated", number=number)) for number in (1, 2)]
    assert sorted(created) == [0, 1]


@once
async def test_two_people_who_edit_at_once_lose_no_words(cast: Cast, record: Record) -> None:
    draft = await over(cast)
    forms = []
    for person in ("ada", "bob"):
        await draft.button("What we learned").press(as_=person)
        forms.append(await cast.person(person).modal(title="What we learned"))
    first, second = forms
    assert (await first.submit(LEARNT)).kind == "updated"
    refused = await second.submit({"cause": "something else"})
    assert refused.kind == "errors"
    assert "Somebody saved this post-mortem while you wrote" in " ".join(refused.errors.values())
    assert len(await record.log("ReviewEdited")) == 1


@once
async def test_nobody_publishes_unread_and_nobody_edits_what_is_published(cast: Cast, record: Record) -> None:
    draft = await over(cast)
    unread = await (await before_publishing(cast, draft)).submit({"choice": "create"})
    assert "Nobody has read this draft yet" in " ".join(unread.errors.values())
    await learnt(cast, draft)
    await draft.button("Edit").press(as_="ada")
    form = await cast.person("ada").modal(title="Edit the post-mortem")
    done = await (await before_publishing(cast, draft, by="bob")).submit({"choice": "create"})
    assert done.kind == "closed", done.errors
    await cast.said("published the post-mortem")
    edits = len(await record.log("ReviewEdited"))
    refused = await form.submit({})
    assert refused.kind == "errors"
    assert len(await record.log("ReviewEdited")) == edits
    shown = await cast.command("fay", "review")
    assert "is published by @bob" in shown


@once
async def test_a_line_that_says_what_but_not_how_is_sent_back(cast: Cast) -> None:
    draft = await over(cast)
    await draft.button("What we learned").press(as_="ada")
    form = await cast.person("ada").modal(title="What we learned")
    refused = await form.submit(LEARNT | {"effects": "pool.max"})
    assert refused.kind == "errors"
    assert "pool.max restart" in " ".join(refused.errors.values())
