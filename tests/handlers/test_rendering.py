"""The post-mortem is a document of ours, whatever people and machines wrote into the record."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from handlers.rendering import MILESTONES, escaped, length, milestones, story, write_review
from playbooks.domain.change import ClearanceState
from playbooks.domain.command import ContestPhase
from playbooks.domain.decision import DecisionState, Objection
from playbooks.domain.entry import GENESIS, Entry, entry_for
from playbooks.domain.events import Evidence
from playbooks.domain.ids import MONITORING, PROTOCOL, EpisodeId, ServiceName, UserId
from playbooks.domain.incident import ResolutionCode, State
from playbooks.domain.material import ReviewMaterial
from playbooks.domain.sla import ClockState
from playbooks.domain.statement import StatementClass, StatementStatus
from playbooks.domain.update import UpdateState
from tests.events import KINDS, built
from tests.handlers.scenes import (
    ADA,
    AT,
    BOB,
    CLEARANCE,
    CONTEST,
    DUE,
    EPISODE,
    FINDING,
    HOLD,
    HUNCH,
    IMPACT,
    KNOWN,
    PROPOSAL,
    READING,
    SEVEN,
    TASK,
    TENURE,
    WRONG,
    incident,
    minutes,
    poisoned,
    statement,
)

MARKDOWN = MarkdownIt("commonmark").enable("table")
HARMLESS = "harmless"
NAMES = {ADA: "ada", BOB: "bob"}
PROOF = Evidence(
    episode=EpisodeId("e1"),
    service=ServiceName("checkout"),
    origin="prometheus-eu",
    title="5xx rate above 20 %",
    since=AT,
    link="",
)
HOSTILE = (
    "- an item",
    "---",
    "- - -",
    "1. first",
    "12) twelfth",
    "+ plus",
    "# a heading",
    "===",
    "> a quote",
    "    code",
    "```\ncode",
    "| a | b |",
    "**bold** __bold__ *it* _it_ ~~no~~ `code`",
    "[a link](javascript:alert(1))",
    "![an image](https://evil.example/pixel.png)",
    "[1]: https://evil.example",
    "<script>alert(1)</script>",
    "<!-- comment -->",
    "<https://evil.example>",
    "&lt;b&gt; &#42; &amp;",
    "a \\",
    "\\# \\* \\[",
    "line\nbreak\r\n\r\n# heading\u2028- item",
    "trailing  ",
    "a*b*c _d_e",
    "<!channel> <@U0GUS>",
)
"""Words that would be something else in Markdown, HTML or Slack."""


def entries(word: str = HARMLESS, *, at: datetime = AT) -> tuple[Entry, ...]:
    """An entry of every kind there is, with ``word`` in every text."""
    log: list[Entry] = []
    for minute, kind in enumerate(sorted(KINDS)):
        event = built(KINDS[kind], by=ADA, at=at + timedelta(minutes=minute))
        told = poisoned(replace(event, **_lists(event)), word)
        log.append(entry_for(replace(told, by=ADA), seq=len(log) + 1, prev_hash=GENESIS, recorded_at=at))
    return tuple(log)


def _lists(event: Any) -> dict[str, object]:
    """Lists that are not empty, where an event has any."""
    full: dict[str, object] = {"ring0": ("checkout",), "released": ("CHG-1",), "evidence": (PROOF,)}
    return {name: value for name, value in full.items() if getattr(event, name, None) == ()}


def material(word: str = HARMLESS, **changes: object) -> ReviewMaterial:
    """Everything at once, with ``word`` wherever somebody outside wrote something."""
    over = incident(
        state=State.RESOLVED,
        mitigated_at=minutes(20),
        resolved_at=minutes(30),
        resolution=ResolutionCode.SOLUTION_PROVIDED,
        resolution_note=word,
        title=word,
        env=word,
    )
    proven = statement(4, StatementClass.CAUSE, word, StatementStatus.VERIFIED, evidence=(word, word))
    whole = ReviewMaterial(
        at=minutes(31),
        incident=over,
        severity_name="SEV1",
        service_titles=(word, word),
        entries=entries(word),
        tenures=(TENURE, replace(TENURE, until=minutes(30))),
        contests=(replace(CONTEST, phase=ContestPhase.DECIDED, winner=ADA, reasons=(word,)),),
        statements=(*(replace(s, text=word) for s in (IMPACT, HUNCH, WRONG)), proven),
        updates=(DUE, replace(DUE, state=UpdateState.SENT, sent_at=minutes(25), sent_by=BOB)),
        readings=(
            replace(READING, agreement=word, state=ClockState.MET),
            replace(READING, agreement=word, state=ClockState.BREACHED, margin=timedelta(minutes=-90)),
        ),
        clearances=(
            replace(CLEARANCE, ref=word, title=word),
            replace(CLEARANCE, state=ClearanceState.DENIED, decided_by=ADA, decided_at=minutes(9)),
        ),
        holds=(replace(HOLD, ref=word, reason=word),),
        episodes=(replace(EPISODE, title=word, origin=word),),
        known_errors=(replace(KNOWN, title=word),),
        tasks=(TASK, replace(TASK, number=2, text=word, assignee=BOB)),
        decisions=(
            replace(
                PROPOSAL,
                text=word,
                objections=(Objection(by=ADA, at=PROPOSAL.proposed_at, reason=word),),
                state=DecisionState.DECIDED,
                choice=word,
                reason=word,
                ended_at=PROPOSAL.due_at,
                ended_by=BOB,
            ),
        ),
        finding=replace(FINDING, workaround=word),
        names={ADA: word, BOB: "bob"},
    )
    return replace(whole, **changes)  # type: ignore[arg-type]  # a builder takes any field


def skeleton(markdown: str) -> list[str]:
    """The document without its words: what is a heading, an item, a table, a link."""
    parts: list[str] = []
    for token in MARKDOWN.parse(markdown):
        if token.type != "inline":
            parts.append(f"{token.level}{token.type}")
            continue
        kinds = [child.type for child in token.children or ()]
        parts.append(" ".join(k for i, k in enumerate(kinds) if k != "text" or kinds[i - 1 : i] != ["text"]))
    return parts


def read_aloud(markdown: str) -> list[str]:
    """The words of the document, a paragraph each, as a reader sees them."""
    return [
        "".join(child.content for child in token.children or ())
        for token in MARKDOWN.parse(markdown)
        if token.type == "inline"
    ]


WHOLE = skeleton(write_review(material()))


# ------------------------------------------------------------------ foreign words
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=40))
@settings(max_examples=40)
@example("1.")
@example("-")
def test_no_word_becomes_markup(word: str) -> None:
    if word.split():
        assert skeleton(write_review(material(word))) == WHOLE


@pytest.mark.parametrize("word", HOSTILE)
def test_hostile_words_change_nothing_but_words(word: str) -> None:
    written = write_review(material(word))
    assert skeleton(written) == WHOLE
    spoken = " ".join(word.split())
    assert sum(spoken in line for line in read_aloud(written)) >= 20


@pytest.mark.parametrize("word", ["a\x00b", "x" * 100_000, "&" * 1_000])
def test_words_that_break_machines_do_not_break_it(word: str) -> None:
    assert skeleton(write_review(material(word))) == WHOLE


@pytest.mark.parametrize("word", ["", "   ", "\n"])
def test_words_that_are_missing_leave_no_broken_markup(word: str) -> None:
    written = write_review(material(word))
    assert "****" not in written
    assert ": [" not in written


def test_what_people_are_called_is_foreign_too() -> None:
    """An id of Slack's is letters and digits; anything else is not trusted."""
    stranger = UserId("U0X> [x](y)")
    written = write_review(material(tenures=(replace(TENURE, user=stranger),)))
    assert skeleton(written).count("text strong_open") == WHOLE.count("text strong_open")
    assert "[x](y)" not in written


# ------------------------------------------------------------------ the document
def test_every_section_is_there_even_if_nothing_happened() -> None:
    empty = material(
        incident=incident(),
        entries=(),
        tenures=(),
        contests=(),
        statements=(),
        updates=(),
        readings=(),
        clearances=(),
        holds=(),
        episodes=(),
        known_errors=(),
        finding=replace(FINDING, workaround=""),
    )
    written = write_review(empty)
    assert [line for line in written.splitlines() if line.startswith("## ")] == [
        line for line in write_review(material()).splitlines() if line.startswith("## ")
    ]
    for honest in (
        "Not resolved yet.",
        "Nobody stated the impact.",
        "No agreement counted this incident.",
        "No alert saw it; people did.",
        "Nobody was in command.",
        "None stated yet.",
        "No change was held or approved.",
        "Nothing was sent.",
        "No known error looked like this.",
        "0 in all",
    ):
        assert honest in written


def test_a_met_and_a_breached_promise_say_by_how_much() -> None:
    written = write_review(material())
    assert "met after 10 min, 3 h 50 min to spare" in written
    assert "breached after 10 min, over by 1 h 30 min" in written


def test_a_hypothesis_is_called_one_and_a_refuted_cause_too() -> None:
    written = write_review(material())
    for line in (
        "- Verified: harmless (harmless, harmless)",
        "- Unverified: harmless",
        "- Refuted: harmless",
    ):
        assert line in written


def test_times_of_another_day_carry_their_date() -> None:
    """An incident that goes past midnight is read back in order."""
    late = AT.replace(hour=23, minute=58)
    whole = material(
        incident=incident(declared_at=late),
        entries=entries(at=late),
        tenures=(replace(TENURE, since=late, until=late + timedelta(hours=9)),),
    )
    written = write_review(whole)
    assert "commanded from 23:58:00 to 2026-03-03 08:58:00" in written
    assert "- 2026-03-03 00:" in written


# ------------------------------------------------------------------ the timeline
def test_every_milestone_has_a_sentence() -> None:
    """Otherwise readers find the name of a class where a sentence should be."""
    for entry in milestones(entries()):
        told = story(entry, NAMES)
        assert entry.kind not in told
        assert told.strip() == told
        assert " " in told


def test_milestones_are_events_that_exist() -> None:
    assert set(KINDS) >= MILESTONES


def test_the_timeline_is_told_in_the_order_in_which_things_happened() -> None:
    log = entries()
    shuffled = (*log[1::2], *log[::2])
    told = milestones(shuffled)
    assert [e.at for e in told] == sorted(e.at for e in log if e.kind in MILESTONES)


def test_an_entry_whose_words_were_deleted_says_so() -> None:
    """Words may be deleted by law; the entry stays, and so does the chain."""
    for entry in milestones(entries()):
        told = story(replace(entry, body=None), NAMES)
        assert told.endswith("(its words were deleted)")
        assert "<@>" not in told


def test_a_key_event_without_words_names_whose_message_it_was() -> None:
    """A picture, or a message that the log has not heard of."""
    (marked,) = [e for e in entries() if e.kind == "KeyEventMarked"]
    wordless = replace(marked, body=dict(marked.body or {}) | {"text": " ", "author": BOB})
    assert story(wordless, NAMES) == "A message of @bob was marked"


@pytest.mark.parametrize(
    ("actor", "name"),
    [(ADA, "@ada"), (UserId("U0NEW"), "<@U0NEW>"), (MONITORING, "monitoring"), (PROTOCOL, "the playbook")],
)
def test_people_are_called_by_name_and_the_machinery_too(actor: UserId, name: str) -> None:
    written = write_review(material(names=NAMES, tenures=(replace(TENURE, user=actor),)))
    assert f"- {name} commanded from" in written


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (timedelta(seconds=59.9), "59 s"),
        (timedelta(minutes=59, seconds=59), "59 min"),
        (timedelta(hours=1, minutes=5), "1 h 05 min"),
        (timedelta(days=2), "48 h 00 min"),
        (timedelta(minutes=-90), "1 h 30 min"),
    ],
)
def test_lengths_are_rounded_down_and_never_negative(value: timedelta, said: str) -> None:
    assert length(value) == said


def test_escaping_leaves_plain_words_alone() -> None:
    words = "Payments time out, 30 % of users (EU) since 10:02"
    assert escaped(words) == words
    assert escaped("inc-7-checkout 2026-03-02") == "inc-7-checkout 2026-03-02"


def test_the_incident_is_named_in_the_first_line() -> None:
    assert write_review(material()).splitlines()[0] == f"# INC-{SEVEN} harmless"
