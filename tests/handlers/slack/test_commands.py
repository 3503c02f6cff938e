"""``/incident …`` as people type it: every verb answers, and does what the button does."""

from __future__ import annotations

import pytest

from handlers.names import Verb, verb_action
from handlers.slack.verbs import VERBS
from playbooks.domain.ids import IncidentId
from playbooks.domain.incident import State
from playbooks.domain.statement import StatementClass, StatementStatus
from tests.handlers.judging import accept_view, labels, words
from tests.handlers.scenes import ADA
from tests.handlers.slack.conftest import LOBBY, ROOM, Office, labelled


def said(answer: object) -> str:
    return words(answer["blocks"]) if answer else ""  # type: ignore[index]  # an acknowledgement's body


def test_every_verb_has_a_deed() -> None:
    assert set(VERBS) == set(Verb)


async def test_declare_with_service_and_title_declares_at_once(office: Office) -> None:
    answer = await office.slash("declare checkout payments time out &amp; fail", channel=LOBBY)
    assert "*INC-1* is declared" in said(answer)
    assert (await office.picture()).incident.title == "payments time out & fail"


@pytest.mark.parametrize("text", ["declare", "declare something is wrong", "new", "DECLARE"])
async def test_declare_with_less_opens_the_form(office: Office, text: str) -> None:
    assert await office.slash(text, channel=LOBBY) == {}
    view = office.slack.view()
    assert view["title"]["text"] == "Declare an incident"
    assert office.slack.calls[-1][1]["trigger_id"] == "trigger.1"


async def test_a_drill_is_declared_with_the_people_named(office: Office) -> None:
    answer = await office.slash(
        "declare drill <@U0BOB|bob> <@U0CLEO> checkout Payments time out", by="U0FAY", channel=LOBBY
    )
    assert "*DRILL INC-1* Payments time out" in said(answer)
    assert (await office.picture()).incident.drill == ("U0FAY", "U0BOB", "U0CLEO")
    assert "Say what really happens" in said(await office.slash("INC-1 drill real"))
    assert await office.slash("INC-1 drill") == {}
    assert office.slack.view()["title"]["text"] == "In earnest"
    answer = await office.slash("INC-1 drill real: cards really fail", by="U0DEV")
    assert "*INC-1* Payments time out is in earnest now" in said(answer)
    assert (await office.picture()).incident.drill is None


async def test_a_past_incident_is_entered_with_its_times(office: Office) -> None:
    assert await office.slash("backfill nobody could pay", channel=LOBBY) == {}
    view = office.slack.view()
    accept_view(view)
    now = int(office.clock.now().timestamp())
    times = {"began": now - 7200, "detected": now - 6000, "mitigated": now - 4000, "resolved": now - 3600}
    filled = {"title": "Nobody could pay", "service": "checkout", "severity": "1"}
    filled |= {"code": "solution provided", "note": "raised the pool"}
    wrong = await office.submit(view, filled | times | {"began": now})
    assert "This cannot be" in wrong["errors"]["began"]
    done = await office.submit(view, filled | times)
    assert "*INC-1* Nobody could pay is in the record" in words(done["view"]["blocks"])
    answer = said(await office.slash("INC-1 status", channel=LOBBY))
    assert "entered afterwards by <@U0ADA>" in answer
    assert "has no room: it was over" in said(await office.slash("INC-1 join", channel=LOBBY))


async def test_the_form_says_what_a_drill_does(office: Office) -> None:
    await office.slash("declare exercise", channel=LOBBY)
    view = office.slack.view()
    assert view["submit"]["text"] == "Begin the drill"
    assert "nobody is called" in words(view["blocks"])
    filled = {"title": "Rehearsal", "service": "checkout", "severity": "2", "kind": "drill"}
    await office.submit(view, filled)
    assert (await office.picture()).incident.drill == ("U0ADA",)


async def test_the_form_keeps_what_was_typed(office: Office) -> None:
    await office.slash("declare something is wrong", channel=LOBBY)
    assert office.slack.view()["blocks"][0]["element"]["initial_value"] == "something is wrong"


async def test_take_seats_and_a_second_take_disputes(office: Office) -> None:
    await office.in_room()
    assert "You have command of *INC-1*" in said(await office.slash("take", by="U0ADA"))
    assert "<@U0ADA> has command and was asked" in said(await office.slash("claim", by="U0BOB"))
    picture = await office.picture()
    assert picture.tenure is not None
    assert picture.tenure.user == ADA
    assert picture.contest is not None


async def test_contest_asks_for_a_reason(office: Office) -> None:
    await office.in_room()
    await office.slash("take", by="U0ADA")
    await office.slash("contest", by="U0BOB")
    view = office.slack.view()
    assert view["title"]["text"] == "Contest command"
    assert await office.submit(view, {"reason": "Checkout is mine"}, by="U0BOB") == {}
    contest = (await office.picture()).contest
    assert contest is not None
    assert contest.challengers[0].reason == "Checkout is mine"


async def test_yield_ends_the_dispute(office: Office) -> None:
    await office.in_room()
    await office.slash("take", by="U0ADA")
    await office.slash("contest it is mine", by="U0BOB")
    assert "<@U0BOB> has command" in said(await office.slash("yield", by="U0ADA"))


async def test_handover_names_a_person_by_id_only(office: Office) -> None:
    await office.in_room()
    await office.slash("take", by="U0ADA")
    await office.slash("handover @bob", by="U0ADA")
    assert office.slack.view()["title"]["text"] == "Hand over command"
    answer = await office.slash("hand over <@U0BOB|bob> please", by="U0ADA")
    assert "<@U0BOB> is asked" in said(answer)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("impact 30 % of payments fail", StatementClass.IMPACT),
        ("scope EU only", StatementClass.SCOPE),
        ("fact the pool is empty", StatementClass.STATUS),
        ("doing rolling back", StatementClass.ACTION),
        ("workaround use PayPal", StatementClass.WORKAROUND),
        ("eta 20 to 40 min", StatementClass.ESTIMATE),
        ("cause the pool is too small", StatementClass.CAUSE),
        ("root cause is the pool", StatementClass.CAUSE),
    ],
)
async def test_statements_are_written_down_with_their_kind(
    office: Office, text: str, kind: StatementClass
) -> None:
    await office.in_room()
    assert "is written down" in said(await office.slash(text, by="U0BOB"))
    assert [s.kind for s in (await office.picture()).statements] == [kind]


async def test_verify_release_refute_by_number(office: Office) -> None:
    await office.in_room()
    await office.slash("take", by="U0ADA")
    await office.slash("impact payments fail", by="U0BOB")
    assert "somebody else has to verify" in said(await office.slash("verify 1", by="U0BOB"))
    assert "verified by <@U0DEV>" in said(await office.slash("verify 1", by="U0DEV"))
    assert "released to stakeholders" in said(await office.slash("release 1", by="U0ADA"))
    assert "refuted by <@U0DEV>" in said(await office.slash("refute 1", by="U0DEV"))
    assert (await office.picture()).statements[0].status is StatementStatus.REFUTED


async def test_evidence_is_read_from_the_words(office: Office) -> None:
    await office.in_room()
    await office.slash("hypothesis the pool is empty", by="U0BOB")
    await office.slash("verify 1 <https://graphs.example/1|graph>", by="U0DEV")
    assert (await office.picture()).statements[0].evidence == ("https://graphs.example/1",)


async def test_verify_without_a_number_shows_the_list(office: Office) -> None:
    await office.in_room()
    await office.slash("impact payments fail", by="U0BOB")
    answer = await office.slash("verify", by="U0DEV")
    assert "Verify" in labels(answer["blocks"])
    shown = await office.press(labelled(answer, "Verify"), by="U0DEV")
    assert shown["replace_original"] is True
    assert "verified by <@U0DEV>" in said(shown)


async def test_log_writes_and_confirms_to_the_writer_alone(office: Office) -> None:
    await office.in_room()
    answer = await office.slash("log asked <@U0BOB|bob> &amp; rolled back <https://ci.example/7>")
    assert answer["response_type"] == "ephemeral"
    assert "In the log" in said(answer)
    assert "KeyEventMarked" in await office.log()
    async with office.store.reading() as unit:
        entries = await unit.entries.of((await office.picture()).incident.id)
    assert entries[-1].body is not None
    assert entries[-1].body["text"] == "asked @bob & rolled back https://ci.example/7"


async def test_update_shows_what_readers_will_read_and_sends_it(office: Office) -> None:
    await office.in_room()
    await office.slash("hypothesis the worker pool is empty", by="U0BOB")
    await office.slash("impact payments fail", by="U0BOB")
    await office.slash("verify 2", by="U0DEV")
    await office.slash("take", by="U0ADA")
    await office.slash("release 2", by="U0ADA")
    await office.slash("update", by="U0ADA")
    view = office.slack.view()
    assert "payments fail" in words(view)
    assert "pool" not in words(view)
    assert await office.submit(view, {"note": ""}, by="U0ADA") == {}
    assert [u.number for u in (await office.picture()).updates if u.sent_at] == [1]


async def test_a_guess_in_the_note_is_refused_in_the_form(office: Office) -> None:
    await office.in_room()
    await office.slash("take", by="U0ADA")
    await office.slash("update", by="U0ADA")
    answer = await office.submit(office.slack.view(), {"note": "The root cause is the database"}, by="U0ADA")
    assert answer["response_action"] == "errors"
    assert set(answer["errors"]) == {"note"}


async def test_mitigated_with_a_note_needs_no_form(office: Office) -> None:
    await office.in_room()
    await office.slash("take", by="U0ADA")
    assert "Mitigated" in said(await office.slash("mitigated rolled back to 4.11"))
    assert (await office.picture()).incident.state is State.MITIGATED


async def test_resolve_asks_for_code_and_note(office: Office) -> None:
    await office.in_room()
    await office.slash("take", by="U0ADA")
    await office.slash("resolve")
    answer = await office.submit(office.slack.view(), {"code": "workaround provided", "note": "Rolled back"})
    assert answer == {}
    incident = (await office.picture()).incident
    assert (incident.state, incident.resolution_note) == (State.RESOLVED, "Rolled back")


@pytest.mark.parametrize(
    "text", ["sev 2 only the EU", "SEV2 only the EU", "severity to 2 only the EU", "sev-2 x"]
)
async def test_severity_in_many_spellings(office: Office, text: str) -> None:
    await office.in_room()
    await office.slash("take", by="U0ADA")
    assert "It is SEV2 now" in said(await office.slash(text))


async def test_reopen_and_close(office: Office) -> None:
    await office.in_room()
    await office.slash("take", by="U0ADA")
    await office.slash("resolve")
    await office.submit(office.slack.view(), {"note": "Rolled back"})
    await office.slash("reopen it is back")
    assert (await office.picture()).incident.state is State.OPEN
    await office.slash("resolve")
    await office.submit(office.slack.view(), {"note": "Really"})
    await office.slash("close")
    assert await office.submit(office.slack.view(), {}) == {}
    assert (await office.picture()).incident.state is State.CLOSED


async def test_freeze_shows_and_thaw_asks(office: Office) -> None:
    await office.in_room()
    await office.slash("take", by="U0ADA")
    answer = await office.slash("freeze")
    assert "Freeze of *INC-1*" in said(answer)
    await office.press(labelled(answer, "Lift the freeze"))
    assert await office.submit(office.slack.view(), {"reason": "It is safe"}) == {}
    assert "was lifted" in said(await office.slash("freeze"))


@pytest.mark.parametrize(
    ("text", "shows"),
    [
        ("", "INC-1 · SEV1 · Payments time out"),
        ("help", "start an incident"),
        ("status", "Payments time out"),
        ("facts", "Nothing was stated yet"),
        ("list", "1 incident live"),
        ("known", "No known error"),
        ("known payments", "about “payments”"),
        ("approve", "No change waits"),
        ("review", "no post-mortem yet"),
        ("join", "You are being invited"),
    ],
)
async def test_looking_answers_in_the_room(office: Office, text: str, shows: str) -> None:
    await office.in_room()
    assert shows in said(await office.slash(text))


async def test_the_menu_knows_who_asks(office: Office) -> None:
    await office.in_room()
    await office.slash("take", by="U0ADA")
    assert "Hand over…" in labels((await office.slash("", by="U0ADA"))["blocks"])
    assert "Contest command…" in labels((await office.slash("", by="U0BOB"))["blocks"])
    assert "Resolve…" not in labels((await office.slash("", by="U0BOB"))["blocks"])


async def test_elsewhere_it_asks_which_incident_and_then_does_it(office: Office) -> None:
    """No verb fails for being typed in the wrong channel."""
    await office.in_room()
    await office.in_room(title="Search is slow", service="search")
    answer = await office.slash("log rolled back 4.12", channel=LOBBY)
    assert "Which incident" in said(answer)
    assert labels(answer["blocks"]) == ["This one", "This one"]
    shown = await office.press(labelled(answer, "This one"))
    assert "In the log: rolled back 4.12" in said(shown)
    assert "KeyEventMarked" in await office.log(2)
    assert "KeyEventMarked" not in await office.log(1)


async def test_elsewhere_looking_at_the_only_incident_needs_no_question(office: Office) -> None:
    await office.in_room()
    assert "Payments time out" in said(await office.slash("status", channel=LOBBY))


async def test_elsewhere_with_nothing_live_it_offers_to_declare(office: Office) -> None:
    answer = await office.slash("log x", channel=LOBBY)
    assert labels(answer["blocks"]) == ["Declare…"]
    await office.press(labelled(answer, "Declare…"))
    assert office.slack.view()["title"]["text"] == "Declare an incident"


@pytest.mark.parametrize("text", ["INC-1 status", "#1 status", "1 status", "status INC-1", "inc 1", "1"])
async def test_an_incident_can_be_named(office: Office, text: str) -> None:
    await office.in_room()
    await office.in_room(title="Search is slow", service="search")
    assert "Payments time out" in said(await office.slash(text, channel=LOBBY))


async def test_an_unknown_number_is_answered(office: Office) -> None:
    assert "There is no INC-9" in said(await office.slash("INC-9 status", channel=LOBBY))


@pytest.mark.parametrize("words", ["x" * 3_000, '"' * 1_500])
async def test_words_too_long_for_a_button_are_said_so(office: Office, words: str) -> None:
    await office.in_room()
    assert "too long" in said(await office.slash(f"log {words}", channel=LOBBY))


async def test_what_no_database_holds_is_left_out(office: Office) -> None:
    await office.in_room()
    assert "In the log: ab" in said(await office.slash("log a\x00b"))


async def test_the_menu_elsewhere_leads_to_what_is_live(office: Office) -> None:
    await office.in_room()
    answer = await office.slash("", channel=LOBBY)
    assert "Payments time out" in said(answer)
    assert "What do you want" in (await office.press(labelled(answer, "Open menu")))["text"]


async def test_freeze_elsewhere_shows_every_freeze(office: Office) -> None:
    assert "No change freeze is on" in said(await office.slash("freeze", channel=LOBBY))
    await office.in_room()
    assert "Freeze of *INC-1*" in said(await office.slash("freeze", channel=LOBBY))


async def test_joining_before_the_room_is_open_is_a_promise(office: Office) -> None:
    await office.slash("declare checkout payments fail", channel=LOBBY)
    assert "as soon as it is open" in said(await office.slash("INC-1 join", channel=LOBBY))


@pytest.mark.parametrize("verb", ["release", "refute"])
async def test_release_and_refute_without_a_number_show_the_list(office: Office, verb: str) -> None:
    await office.in_room()
    assert "Nothing was stated yet" in said(await office.slash(verb))


async def test_yield_without_a_dispute_says_what_to_do_instead(office: Office) -> None:
    await office.in_room()
    assert "/incident handover" in said(await office.slash("yield"))


@pytest.mark.parametrize(
    ("text", "guess"),
    [("stauts", "status"), ("mitgate", "mitigate"), ("hanover x", "handover"), ("xyzzy", "menu")],
)
async def test_a_misspelt_verb_is_guessed(office: Office, text: str, guess: str) -> None:
    await office.in_room()
    answer = await office.slash(text)
    assert "I do not know" in said(answer)
    assert f"Did you mean {guess}?" in labels(answer["blocks"])


async def test_a_guess_keeps_the_words(office: Office) -> None:
    await office.in_room()
    answer = await office.slash("impct payments fail")
    await office.press(labelled(answer, "Did you mean impact?"))
    assert [s.text for s in (await office.picture()).statements] == ["payments fail"]


async def test_plain_words_can_be_declared_with_one_press(office: Office) -> None:
    answer = await office.slash("the checkout is broken", channel=LOBBY)
    await office.press(labelled(answer, "Declare an incident…"))
    assert office.slack.view()["blocks"][0]["element"]["initial_value"] == "the checkout is broken"


async def test_a_repeated_command_is_done_once(office: Office) -> None:
    await office.in_room()
    await office.slash("log once", trigger_id="same")
    await office.slash("log once", trigger_id="same")
    assert (await office.log()).count("KeyEventMarked") == 1


async def test_people_of_other_workspaces_are_refused_kindly(office: Office) -> None:
    await office.in_room()
    assert "belong to another workspace" in said(await office.slash("take", team_id="T0PARTNER"))
    assert (await office.picture()).tenure is None


async def test_a_refusal_of_the_protocol_is_shown_as_it_is(office: Office) -> None:
    await office.in_room()
    await office.slash("take", by="U0ADA")
    assert "You already have command" in said(await office.slash("take", by="U0ADA"))
    assert office.complaints == []


async def test_a_modal_that_cannot_be_opened_is_said_so(office: Office) -> None:
    """A trigger lives for three seconds; too late is no reason to leave somebody without an answer."""
    office.slack.broken = True
    assert "That did not work" in said(await office.slash("declare", channel=LOBBY))
    assert [event for event, _ in office.complaints] == ["slack.failed"]


async def test_the_same_deed_by_button(office: Office) -> None:
    await office.in_room()
    button = {"action_id": verb_action(Verb.TAKE), "value": '{"i":1,"v":"take"}'}
    assert "You have command" in said(await office.press(button, by="U0BOB"))
    holder = (await office.picture()).tenure
    assert holder is not None
    assert holder.user == "U0BOB"


@pytest.mark.parametrize(
    ("text", "by", "why"),
    [
        ("mitigated", "U0DEV", "Only the commander or a duty manager"),
        ("resolve", "U0DEV", "Only the commander or a duty manager"),
        ("close", "U0ADA", "resolve it before it is closed"),
        ("reopen", "U0ADA", "INC-1 is open."),
        ("thaw", "U0DEV", "Only the commander or a duty manager"),
        ("update", "U0DEV", "Only the commander, a comms lead or a duty manager"),
        ("handover", "U0DEV", "Only the commander, <@U0ADA>, can hand command over."),
        ("contest", "U0ADA", "You already have command."),
        ("contest", "U0FAY", "Only people on the commander roster"),
    ],
)
async def test_nobody_fills_in_a_form_to_be_told_no(office: Office, text: str, by: str, why: str) -> None:
    await office.in_room()
    await office.slash("take", by="U0ADA")
    opened = len(office.slack.calls)
    assert why in said(await office.slash(text, by=by))
    assert len(office.slack.calls) == opened


# ------------------------------------------------------------------ long words
async def test_the_log_keeps_long_words_whole(office: Office) -> None:
    await office.in_room()
    text = "word " * 1_999 + "end"
    answer = said(await office.slash(f"log {text}"))
    assert "✂️" not in answer
    async with office.store.reading() as unit:
        (*_, entry) = await unit.entries.of(IncidentId(1))
    assert entry.body is not None
    assert entry.body["text"] == text


@pytest.mark.parametrize(
    ("command", "note"),
    [
        ("impact " + "x" * 501, "a statement keeps 500 characters"),
        ("impact " + "x" * 500, ""),
        ("log " + "x" * 40_001, "The first 40,000 characters were kept"),
        ("declare checkout " + "x" * 151, "a title keeps 150 characters"),
        ("declare checkout " + "x" * 150, ""),
    ],
)
async def test_who_wrote_more_than_is_kept_is_told_so(office: Office, command: str, note: str) -> None:
    if not command.startswith("declare"):
        await office.in_room()
    answer = said(await office.slash(command, channel=LOBBY if command.startswith("declare") else ROOM))
    assert (note in answer) if note else ("✂️" not in answer), answer


async def test_no_verb_stumbles_over_very_long_words(office: Office) -> None:
    await office.in_room()
    for verb in Verb:
        answer = await office.slash(f"{verb} " + "a word " * 1_500)
        assert "That did not work" not in said(answer), verb
    assert office.complaints == []
