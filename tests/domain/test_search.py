"""Every word has to occur, in any case, in words that people wrote."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from playbooks.domain.entry import GENESIS, entry_for
from playbooks.domain.events import MessageDeleted, MessageSaid, SeverityChanged, WordsRemoved
from playbooks.domain.ids import ChannelId, IncidentId, Ts, UserId
from playbooks.domain.search import holds, terms, words_of
from tests.clock import START

COMMON = {"incident": IncidentId(1), "by": UserId("U0DEV"), "at": START}
PLACE = {"channel": ChannelId("C0ROOM"), "ts": Ts("1.000001")}


@given(st.lists(st.text(min_size=1).filter(lambda word: not word.isspace()), min_size=1))
def test_a_text_is_found_by_any_of_its_words_in_any_order_and_case(parts: list[str]) -> None:
    text = " ".join(parts)
    assert holds(text, terms(" ".join(reversed(parts)).casefold()))
    assert holds(text, terms(parts[0]))
    assert not holds("", terms(text)) or not terms(text)


def test_case_is_folded_as_languages_do_it() -> None:
    assert holds("Straße gesperrt", terms("STRASSE  gesp"))
    assert not holds("Straße gesperrt", terms("straße offen"))


def test_only_words_of_people_are_searched_and_none_that_are_gone() -> None:
    told = SeverityChanged(**COMMON, before=2, after=1, reason="all of Europe")
    said = MessageSaid(**COMMON, **PLACE, thread=None, text="looking", app="")
    gone = (MessageDeleted(**COMMON, **PLACE), WordsRemoved(**COMMON, entries=(3,), reason="a password"))
    found = [
        words_of(entry_for(event, seq=1, prev_hash=GENESIS, recorded_at=START))
        for event in (told, said, *gone)
    ]
    assert found == ["all of Europe", "looking", "", ""]
