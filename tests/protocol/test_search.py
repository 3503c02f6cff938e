"""What stands in the log of an incident is found as it reads now, and what is gone is not."""

from __future__ import annotations

import pytest

from playbooks.domain.errors import IncidentNotFound, NeedsWords
from playbooks.domain.ids import ChannelId, IncidentId, Ts, UserId
from playbooks.domain.statement import StatementClass
from playbooks.protocol import communicate, forgetting, search, timeline
from tests.clock import START
from tests.protocol.conftest import ADA, BOB, CLEO, ON_SQLITE, ROOM, House

ONE = IncidentId(1)


def ts(second: int) -> Ts:
    return Ts(f"{START.timestamp() + second:.6f}")


async def says(house: House, second: int, text: str, *, by: UserId = BOB, channel: ChannelId = ROOM) -> None:
    await timeline.said(house.ports, channel=channel, ts=ts(second), thread=None, user=by, text=text)


async def rewords(house: House, second: int, before: str, after: str) -> None:
    place = {"channel": ROOM, "ts": ts(second)}
    await timeline.edited(house.ports, **place, user=BOB, before=before, after=after, at=house.clock.now())  # type: ignore[arg-type] # where it stands


async def found(house: House, words: str) -> list[str]:
    return [hit.text for hit in (await search.search(house.ports, incident=ONE, words=words)).hits]


async def test_messages_notes_and_statements_are_found_newest_first(house: House) -> None:
    await house.in_room()
    await says(house, 1, "The CERTIFICATE of payments-7 has expired")
    await timeline.note(house.ports, incident=ONE, text="renewing the certificate", by=ADA)
    await communicate.state(
        house.ports, incident=ONE, kind=StatementClass.CAUSE, text="an expired certificate", by=CLEO
    )
    assert await found(house, "certificate") == [
        "an expired certificate",
        "renewing the certificate",
        "The CERTIFICATE of payments-7 has expired",
    ]
    assert await found(house, "expired PAYMENTS-7") == ["The CERTIFICATE of payments-7 has expired"]
    assert await found(house, "expired rollback") == []


async def test_a_message_is_found_once_and_in_its_newest_wording(house: House) -> None:
    await house.in_room()
    await says(house, 1, "payments-7 is down")
    await timeline.marked(house.ports, channel=ROOM, ts=ts(1), by=ADA, reaction="pushpin", author=BOB)
    assert await found(house, "payments down") == ["payments-7 is down"]
    await rewords(house, 1, "payments-7 is down", "payments-9 is down")
    assert await found(house, "payments down") == ["payments-9 is down"]
    assert await found(house, "payments-7") == []


async def test_what_was_deleted_or_removed_is_not_found(house: House) -> None:
    await house.in_room()
    await says(house, 1, "the password is hunter2")
    await says(house, 2, "wrong window hunter2")
    (entry, _) = [e for e in await house.log() if e.kind == "MessageSaid"]
    await forgetting.remove_words(house.ports, incident=ONE, seq=entry.seq, by=ADA, reason="hunter2 leaked")
    await timeline.deleted(house.ports, channel=ROOM, ts=ts(2), by=BOB, at=house.clock.now())
    assert await found(house, "hunter2") == []


@ON_SQLITE
async def test_a_long_log_is_read_page_by_page_until_there_are_enough(house: House) -> None:
    await house.in_room()
    await says(house, 0, "the oldest needle")
    for second in range(1, 420):
        await says(house, second, f"hay {second}")
    assert await found(house, "needle") == ["the oldest needle"]
    enough = await search.search(house.ports, incident=ONE, words="hay")
    assert [hit.text for hit in enough.hits] == [f"hay {n}" for n in range(419, 409, -1)]
    assert enough.older


@ON_SQLITE
async def test_words_and_an_incident_are_needed(house: House) -> None:
    with pytest.raises(NeedsWords, match="such as /incident search"):
        await search.search(house.ports, incident=ONE, words="  ")
    with pytest.raises(IncidentNotFound):
        await search.search(house.ports, incident=ONE, words="x")
