"""What people type at three in the morning, and what it means."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.names import Verb
from handlers.slack.grammar import (
    PAIRS,
    SAME,
    WORDS,
    Puzzle,
    Request,
    links,
    number,
    parse,
    readable,
    severity,
    user,
)


@pytest.mark.parametrize(
    ("text", "verb", "words", "incident"),
    [
        pytest.param("", Verb.MENU, "", None, id="nothing is the menu"),
        pytest.param("   ", Verb.MENU, "", None, id="blanks are nothing"),
        pytest.param("STATUS", Verb.STATUS, "", None, id="case does not matter"),
        pytest.param("post-mortem", Verb.REVIEW, "", None, id="hyphens do not matter"),
        pytest.param("post mortem", Verb.REVIEW, "", None, id="nor does splitting the word"),
        pytest.param("hand-over <@U0BOB>", Verb.HANDOVER, "<@U0BOB>", None, id="hand-over"),
        pytest.param("hand off <@U0BOB>", Verb.HANDOVER, "<@U0BOB>", None, id="hand off"),
        pytest.param("take command", Verb.TAKE, "", None, id="command is part of the verb"),
        pytest.param("take I know payments", Verb.TAKE, "I know payments", None, id="a reason follows"),
        pytest.param("log: rolled back", Verb.LOG, "rolled back", None, id="a colon after the verb"),
        pytest.param("log  two  blanks", Verb.LOG, "two  blanks", None, id="the words are kept"),
        pytest.param("log line\nbreak", Verb.LOG, "line\nbreak", None, id="line breaks are kept"),
        pytest.param("log 7 servers died", Verb.LOG, "7 servers died", None, id="a number in prose is prose"),
        pytest.param("verify 2", Verb.VERIFY, "2", None, id="a statement's number stays with the words"),
        pytest.param("status INC-7", Verb.STATUS, "", 7, id="the incident after the verb"),
        pytest.param("INC-7 log it", Verb.LOG, "it", 7, id="the incident before the verb"),
        pytest.param("#7 log it", Verb.LOG, "it", 7, id="a hash is enough"),
        pytest.param("inc 7 log it", Verb.LOG, "it", 7, id="without the dash"),
        pytest.param("7", Verb.STATUS, "", 7, id="a number alone is that incident"),
        pytest.param("log INC-7 again", Verb.LOG, "again", 7, id="log names an incident too"),
        pytest.param("log see INC-7", Verb.LOG, "see INC-7", None, id="later in the words it is prose"),
        pytest.param("sev1 all users", Verb.SEVERITY, "1 all users", None, id="the level glued to the word"),
        pytest.param("sev-2", Verb.SEVERITY, "2", None, id="with a dash"),
        pytest.param("severity to 1", Verb.SEVERITY, "1", None, id="as a sentence"),
        pytest.param("the payload service", None, "", None, id="prose is a puzzle"),
    ],
)
def test_commands(text: str, verb: Verb | None, words: str, incident: int | None) -> None:
    understood = parse(text)
    if verb is None:
        assert isinstance(understood, Puzzle)
        assert understood.words == text
    else:
        assert understood == Request(verb=verb, words=words, incident=incident)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("typo", "meant"),
    [("stats", Verb.STATUS), ("resovle", Verb.RESOLVE), ("freze", Verb.FREEZE), ("declair", Verb.DECLARE)],
)
def test_typing_errors_are_guessed(typo: str, meant: Verb) -> None:
    puzzle = parse(typo)
    assert isinstance(puzzle, Puzzle)
    assert meant in puzzle.guesses


def test_no_word_means_two_verbs() -> None:
    spelt = [word for same in SAME.values() for word in same.split()]
    assert len(set(spelt)) == len(spelt)
    assert set(SAME) == set(Verb)


def test_every_verb_understands_its_own_name() -> None:
    assert {verb: parse(verb.value).verb for verb in Verb} == {verb: verb for verb in Verb}  # type: ignore[union-attr]


def test_pairs_do_not_shadow_a_single_verb_with_other_words() -> None:
    assert all(len(pair.split()) == 2 for pair in PAIRS)
    assert WORDS["take"] is PAIRS["take command"]


@given(st.text(max_size=200))
def test_anything_at_all_is_understood_or_puzzled_over(text: str) -> None:
    understood = parse(text)
    assert isinstance(understood, Request) or understood.word


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("2", (2, "")),
        ("2 https://x", (2, "https://x")),
        ("#2", (2, "")),
        ("no. 2", (2, "")),
        ("two", (None, "two")),
        ("2nd", (None, "2nd")),
    ],
)
def test_statement_numbers(words: str, expected: tuple[int | None, str]) -> None:
    assert number(words) == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("1 because", (1, "because")),
        ("SEV-1", (1, "")),
        ("p2 now", (2, "now")),
        ("to 3", (3, "")),
        ("12", (None, "12")),
        ("worse", (None, "worse")),
    ],
)
def test_severities(words: str, expected: tuple[int | None, str]) -> None:
    assert severity(words) == expected


def test_people_are_ids_and_never_names() -> None:
    assert user("to <@U0BOB|bob> now") == "U0BOB"
    assert user("<@W0BOB>") == "W0BOB"
    assert user("@bob") is None


def test_addresses_are_found_wrapped_and_bare() -> None:
    assert links("see <https://a.example/1|graph> and https://b.example") == (
        "https://a.example/1",
        "https://b.example",
    )


@pytest.mark.parametrize(
    ("typed", "seen"),
    [
        ("a &amp; b &lt;c&gt;", "a & b <c>"),
        ("ask <@U0BOB|bob> in <#C0X|general>", "ask @bob in #general"),
        ("<https://a.example|a>", "https://a.example"),
        ("<@U0BOB>", "<@U0BOB>"),
        ("&amp;lt;", "&lt;"),
    ],
)
def test_words_are_read_as_their_writer_saw_them(typed: str, seen: str) -> None:
    assert readable(typed) == seen
