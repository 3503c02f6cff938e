"""Submitted modals: closed, answered, or sent back with the reason and nothing lost."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from handlers.names import Callback
from handlers.slack.submissions import SUBMISSIONS
from handlers.views.modals import declaring, learning
from handlers.views.review import review_ready
from playbooks.domain.person import Kind
from playbooks.domain.review import Effect, ReviewState
from playbooks.protocol import command, find
from playbooks.protocol.outlook import outlook
from tests.handlers.judging import accept_view, labels, words
from tests.handlers.scenes import ADA, BOB
from tests.handlers.slack.conftest import LOBBY, Office, labelled
from tests.handlers.slack.test_clicks import ONE


def test_every_form_is_answered() -> None:
    assert set(SUBMISSIONS) == set(Callback) - {Callback.READING}


def empty_form(office: Office) -> dict[str, Any]:
    handbook = office.ports.handbook()
    return declaring.declare(handbook, outlook(handbook, service=None, severity=None))


async def declare(office: Office, **values: Any) -> dict[str, Any]:
    view = empty_form(office)
    return await office.submit(
        view, {"title": "Payments time out", "service": "checkout", **values}, by="U0BOB"
    )


async def test_declaring_needs_two_answers(office: Office) -> None:
    answer = await declare(office)
    assert answer["response_action"] == "update"
    accept_view(answer["view"])
    assert "*INC-1* is declared" in words(answer["view"])
    incident = (await office.picture()).incident
    assert (incident.title, incident.severity, incident.declared_by) == ("Payments time out", 2, BOB)


async def test_a_severity_can_be_chosen(office: Office) -> None:
    await declare(office, severity="1")
    assert (await office.picture()).incident.severity == 1


async def test_submitting_again_after_a_slow_answer_declares_nothing_new(office: Office) -> None:
    await declare(office)
    again = await declare(office)
    assert "*INC-1* is declared" in words(again["view"])
    assert len(await find.live(office.ports)) == 1


async def test_a_form_that_was_done_though_slack_said_it_failed_is_not_done_again(office: Office) -> None:
    """The same view is submitted with another trigger; the person sees it close."""
    await office.in_room()
    view = await log_form(office)
    for _ in range(2):
        assert await office.submit(view | {"hash": "1"}, {"text": "failed over"}) == {}
    assert (await office.log()).count("KeyEventMarked") == 1
    office.clock.advance(timedelta(hours=1))
    assert await office.submit(view | {"hash": "1"}, {"text": "failed over"}) == {}
    assert (await office.log()).count("KeyEventMarked") == 1


async def test_a_form_that_was_sent_back_can_be_submitted_again(office: Office) -> None:
    await office.in_room()
    view = await log_form(office) | {"hash": "1"}
    assert "errors" in await office.submit(view, {"text": " "})
    assert await office.submit(view, {"text": "failed over"}) == {}
    assert (await office.log()).count("KeyEventMarked") == 1


async def log_form(office: Office) -> dict[str, Any]:
    await office.slash("log")
    return office.slack.view()


async def test_a_missing_answer_is_sent_back_below_its_input(office: Office) -> None:
    answer = await declare(office, title=" ")
    assert answer == {
        "response_action": "errors",
        "errors": {"title": "Say in a few words what is wrong: /incident declare checkout Payments time out"},
    }


async def test_people_in_errors_have_names(office: Office) -> None:
    """Slack shows no mentions below an input."""
    await office.in_room()
    await command.take(office.ports, incident=ONE, by=ADA)
    await office.slash("handover", by="U0ADA")
    answer = await office.submit(office.slack.view(), {"person": "U0CLEO"}, by="U0BOB")
    assert answer["errors"] == {"person": "Only the commander, Ada, can hand command over."}


async def test_a_form_that_is_too_old_is_said_so(office: Office) -> None:
    view = empty_form(office) | {"callback_id": "from_last_year"}
    answer = await office.submit(view, {"title": "x"})
    assert "too old" in answer["errors"]["title"]


async def test_a_reference_that_is_none_is_said_so(office: Office) -> None:
    view = declaring.reject(ONE) | {"private_metadata": "nonsense"}
    answer = await office.submit(view, {"reason": "x"})
    assert "too old" in answer["errors"]["reason"]


async def test_a_payload_that_is_none_is_answered(office: Office) -> None:
    answer = await office.submit(
        {"type": "modal", "blocks": [], "callback_id": "x"}, {}, user={"id": "U0ADA", "team_id": 7}
    )
    assert answer["response_action"] == "update"
    accept_view(answer["view"])


async def test_guests_cannot_submit(office: Office) -> None:
    answer = await office.submit(
        empty_form(office),
        {"title": "x", "service": "checkout"},
        user={"id": "U0KAI", "team_id": "T0PARTNER"},
    )
    assert "belong to another workspace" in answer["errors"]["title"]
    assert await find.live(office.ports) == []


async def test_a_handover_is_offered(office: Office) -> None:
    await office.in_room()
    await command.take(office.ports, incident=ONE, by=ADA)
    await office.slash("handover", by="U0ADA")
    assert await office.submit(office.slack.view(), {"person": "U0CLEO"}, by="U0ADA") == {}
    offer = (await office.picture()).handover
    assert offer is not None
    assert offer.taker == "U0CLEO"


async def test_log_and_statement_forms(office: Office) -> None:
    await office.in_room()
    await office.slash("log", by="U0BOB")
    assert await office.submit(office.slack.view(), {"text": "Rolled back"}, by="U0BOB") == {}
    assert "KeyEventMarked" in await office.log()
    await office.slash("impact", by="U0BOB")
    view = office.slack.view()
    assert view["blocks"][0]["element"]["initial_option"]["value"] == "impact"
    answer = await office.submit(view, {"text": "Payments fail", "kind": "scope"}, by="U0BOB")
    assert "/incident verify 1" in words(answer["view"])
    assert (await office.picture()).statements[0].kind == "scope"


async def test_severity_and_mitigated_forms(office: Office) -> None:
    await office.in_room()
    await command.take(office.ports, incident=ONE, by=ADA)
    await office.slash("sev", by="U0ADA")
    view = office.slack.view()
    missing = await office.submit(view, {"severity": "2"}, by="U0ADA")
    assert missing["response_action"] == "errors"
    assert await office.submit(view, {"severity": "2", "reason": "EU only"}, by="U0ADA") == {}
    await office.slash("mitigated", by="U0ADA")
    assert await office.submit(office.slack.view(), {}, by="U0ADA") == {}
    await office.slash("reopen", by="U0ADA")
    assert await office.submit(office.slack.view(), {"reason": "Again"}, by="U0ADA") == {}
    assert (await office.picture()).incident.state == "open"


# ------------------------------------------------------------------ the post-mortem
async def drafted(office: Office, *, title: str = "Payments time out") -> int:
    """A resolved incident, whose post-mortem has drafted itself; its number."""
    incident = await office.in_room(title=title)
    await command.take(office.ports, incident=incident.id, by=ADA)
    await office.slash(f"INC-{incident.id} resolve", by="U0ADA", channel=LOBBY)
    await office.submit(office.slack.view(), {"note": "Set pool.max to 40"}, by="U0ADA")
    return incident.id


async def open_form(office: Office, label: str, number: int = 1) -> dict[str, Any]:
    shown = review_ready(await office.picture(number))
    assert "Publish…" in labels(shown.blocks)
    await office.press(labelled(shown, label), by="U0ADA")
    return office.slack.view()


async def publish(office: Office, number: int, written: dict[str, Any]) -> dict[str, Any]:
    """Write down what was learned and publish as proposed; the form that proposed it."""
    await office.submit(await open_form(office, "What we learned…", number), written, by="U0ADA")
    view = await open_form(office, "Publish…", number)
    assert await office.submit(view, {}, by="U0ADA") == {}
    return view


async def body(office: Office) -> str:
    review = (await office.picture()).review
    assert review is not None
    return review.body


async def test_the_draft_can_be_read(office: Office) -> None:
    await drafted(office)
    view = await open_form(office, "Read")
    assert "submit" not in view
    assert "Timeline" in words(view)


async def test_saving_what_was_not_touched_changes_no_word(office: Office) -> None:
    await drafted(office)
    before = await body(office)
    await office.submit(await open_form(office, "Edit…"), {}, by="U0ADA")
    assert " ".join((await body(office)).split()) == " ".join(before.split())


async def test_one_section_is_edited_and_the_others_stay(office: Office) -> None:
    await drafted(office)
    before = learning.sections_of(await body(office))
    view = await open_form(office, "Edit…")
    answer = await office.submit(view, {"section_1": "## Summary\n\nThe pool was too small."}, by="U0ADA")
    assert "saved" in words(answer["view"])
    after = learning.sections_of(await body(office))
    assert after[1].strip() == "## Summary\n\nThe pool was too small."
    assert [part.split() for part in after[2:]] == [part.split() for part in before[2:]]


async def test_two_editors_do_not_overwrite_each_other(office: Office) -> None:
    await drafted(office)
    first, second = await open_form(office, "Edit…"), await open_form(office, "Edit…")
    await office.submit(first, {"section_0": "# Mine"}, by="U0ADA")
    answer = await office.submit(second, {"section_0": "# Yours"}, by="U0BOB")
    assert "Somebody saved" in answer["errors"]["section_0"]
    assert (await body(office)).startswith("# Mine")


async def test_what_was_learned_is_published_as_a_known_error(office: Office) -> None:
    await drafted(office)
    form = await open_form(office, "What we learned…")
    written = {
        "symptom": "Payments time out",
        "cause": "pool.max",
        "effects": "pool.max set 40\n\ncache clear",
    }
    answer = await office.submit(form, written, by="U0ADA")
    assert "Saved" in words(answer["view"])
    finding = (await office.picture()).review
    assert finding is not None
    assert finding.finding is not None
    assert finding.finding.effects == (
        Effect(target="pool.max", action="set", value="40"),
        Effect(target="cache", action="clear"),
    )
    draft = review_ready(await office.picture())
    publish = await open_form(office, "Publish…")
    assert "becomes a new known error" in words(publish)
    assert await office.submit(publish, {}, by="U0ADA") == {}
    review = (await office.picture()).review
    assert review is not None
    assert (review.state, review.known_error) == (ReviewState.PUBLISHED, 1)
    assert labels(review_ready(await office.picture()).blocks) == ["Read"]
    for label in ("Edit…", "What we learned…", "Publish…"):
        answer = await office.press(labelled(draft, label), by="U0BOB")
        assert answer["replace_original"] is True
        assert "is published by <@U0ADA>" in words(answer["blocks"])


async def test_the_same_finding_again_is_offered_to_be_attached(office: Office) -> None:
    written = {"symptom": "Payments time out at checkout", "cause": "The worker pool is too small"}
    first, second = await drafted(office), await drafted(office, title="Payments fail again")
    shown = [await publish(office, first, written), await publish(office, second, written)]
    assert ["Add it to KE-1" in words(view) for view in shown] == [False, True]
    assert len(await find.known_errors(office.ports)) == 1


async def test_an_effect_without_a_deed_is_sent_back(office: Office) -> None:
    await drafted(office)
    answer = await office.submit(
        await open_form(office, "What we learned…"), {"effects": "pool.max"}, by="U0ADA"
    )
    assert "pool.max restart" in answer["errors"]["effects"]


async def test_nobody_publishes_what_nobody_has_read(office: Office) -> None:
    await drafted(office)
    answer = await office.submit(await open_form(office, "Publish…"), {}, by="U0ADA")
    assert "Nobody has read this draft" in answer["errors"]["choice"]


@pytest.mark.parametrize("kind", [Kind.GUEST, Kind.DEACTIVATED, Kind.APP])
async def test_accounts_that_may_not_take_part_are_told_so_wherever_they_press(
    office: Office, kind: Kind
) -> None:
    await office.in_room()
    office.kinds["U0NIL"] = kind
    before = await office.log()
    typed = await office.slash("sev 1 worse", by="U0NIL")
    pressed = await office.press({"action_id": "incident_take", "value": '{"i":1}'}, by="U0NIL")
    form = empty_form(office)
    submitted = await office.submit(form, {"title": "x", "service": "login"}, by="U0NIL")
    refusals = (typed["text"], pressed["text"], submitted["errors"]["title"])
    assert all("Guests" in text or "cannot take part" in text for text in refusals), refusals
    assert await office.log() == before


async def test_the_glass_is_broken_with_a_reason_and_only_by_those_who_may(office: Office) -> None:
    await office.in_room()
    refused = await office.slash("breakglass", by="U0NIL")
    assert "on shift" in refused["text"]
    await office.slash("breakglass", by="U0DEV")
    view = office.slack.view()
    assert view["callback_id"] == Callback.GLASS
    await office.submit(view, {"reason": "nobody of the leads answers"}, by="U0DEV")
    assert "GlassBroken" in await office.log()
    assert "may do what leads may" not in (await office.slash("mitigate failed over", by="U0DEV"))["text"]
    assert "IncidentMitigated" in await office.log()
