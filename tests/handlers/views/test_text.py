"""Foreign words lose their power, ours keep theirs, and nothing is cut in the middle."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.views.text import (
    Markup,
    clip,
    clock_time,
    date_and_time,
    foreign,
    is_address,
    join,
    link,
    people,
    person,
    plain,
    quoted,
    refusal,
    room,
    say,
)

AT = datetime(2026, 3, 2, 14, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        pytest.param("a & b < c > d", "a &amp; b &lt; c &gt; d", id="the three control characters"),
        pytest.param("&amp;", "&amp;amp;", id="what looks escaped is words too"),
        pytest.param("<!channel>", "&lt;!channel&gt;", id="a broadcast"),
        pytest.param("<!here|@here>", "@@here", id="a broadcast with a label is its label"),
        pytest.param("<@U0BOB|bob>", "@bob", id="a mention is a name"),
        pytest.param("<@U0BOB>", "&lt;@U0BOB&gt;", id="a mention without a name wakes nobody"),
        pytest.param("<#C0X|general>", "#general", id="a channel is its name"),
        pytest.param("<https://evil.example|https://bank.example>", "https://evil.example", id="no disguise"),
        pytest.param("two\n lines\t", "two lines", id="one line"),
        pytest.param("\u202eabc\x00\x1b[0m", "abc[0m", id="nothing unseen"),
    ],
)
def test_foreign_words(words: str, shown: str) -> None:
    assert foreign(words) == shown


@given(st.text(max_size=400), st.integers(2, 100))
def test_cutting_never_leaves_half_an_entity(words: str, limit: int) -> None:
    cut = foreign(words, limit)
    assert len(cut) <= limit
    assert "&" not in cut.replace("&amp;", "").replace("&lt;", "").replace("&gt;", "")
    assert "<" not in cut


@pytest.mark.parametrize("limit", range(2, 16))
def test_cutting_never_leaves_half_a_mention(limit: int) -> None:
    cut = clip(Markup("hi <@U0ADA> there"), limit)
    assert "<" not in cut or "<@U0ADA>" in cut


def test_a_sentence_of_ours_escapes_what_it_is_filled_with() -> None:
    said = say("*{who}* says {what}", who=person("U0ADA"), what="<!channel>")
    assert said == "*<@U0ADA>* says &lt;!channel&gt;"
    assert say("{again}", again=said) == said


def test_pieces_are_joined_as_what_they_are() -> None:
    assert join([Markup("<@U0ADA>"), "<!here>"], ", ") == "<@U0ADA>, &lt;!here&gt;"


@pytest.mark.parametrize(
    ("user", "shown"),
    [
        ("U0ADA", "<@U0ADA>"),
        ("W0ADA", "<@W0ADA>"),
        ("ci-bot", "ci-bot"),
        ("U0ADA>x<!here", "U0ADA&gt;x&lt;!here"),
    ],
)
def test_only_user_ids_are_mentions(user: str, shown: str) -> None:
    assert person(user) == shown


def test_many_people_are_counted() -> None:
    assert people([]) == "nobody"
    assert people(["U0A1", "U0B1"]) == "<@U0A1> and <@U0B1>"
    assert people([f"U0A{n}" for n in range(15)]).endswith("and 5 others")


def test_rooms_are_ids() -> None:
    assert room("C0ROOM") == "<#C0ROOM>"
    assert room("<!here>") == "&lt;!here&gt;"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://a.example/x?a=1&b=2", "<https://a.example/x?a=1&amp;b=2|alert>"),
        ("https://a.example/x|y", "<https://a.example/x%7Cy|alert>"),
        ("javascript:alert(1)", "alert"),
        ("https://a.example/ <!here>", "alert"),
        ("", "alert"),
        ("https://a.example/" + "x" * 4_000, "alert"),
    ],
)
def test_links_lead_to_web_pages_only(url: str, shown: str) -> None:
    assert link(url, "alert") == shown
    assert is_address(url) is shown.startswith("<")


def test_times_are_the_readers_own() -> None:
    assert clock_time(AT) == "<!date^1772460180^{time}|14:03 UTC>"
    assert date_and_time(AT) == "<!date^1772460180^{date_short_pretty} {time}|2026-03-02 14:03 UTC>"


def test_quotations_keep_their_lines() -> None:
    assert quoted("one\ntwo <!here>\n") == "> one\n> two &lt;!here&gt;"
    assert quoted("") == "> "


def test_plain_texts_have_no_brackets_at_all() -> None:
    """Whether Slack unescapes entities there is not documented, so there are none."""
    assert plain("<!channel> & you", 50) == "‹!channel› & you"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Only <@U0ADA> can do this.", "Only <@U0ADA> can do this."),
        (
            "The catalogue knows no service “<!channel>”.",
            "The catalogue knows no service “&lt;!channel&gt;”.",
        ),
        ("<@U0ADA|ada> <#C0X> <https://x>", "<@U0ADA> &lt;#C0X&gt; &lt;https://x&gt;"),
    ],
)
def test_refusals_keep_their_mentions_and_nothing_else(text: str, shown: str) -> None:
    assert refusal(text) == shown
