"""What Slack tells of rooms, in the shapes of its own pages, and what the log makes of it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from handlers.slack.events import understand
from playbooks.domain.ids import ChannelId, IncidentId, UserId
from playbooks.domain.incident import RoomHarm
from playbooks.protocol import fate
from tests.handlers.slack.conftest import LOBBY, ROOM, Office

AT = "1772442180.000100"
ME = "U0TOCSIN"
# Slack docs, Events API types and message subtypes: the pages of these names.
TOLD: list[tuple[dict[str, Any], str, dict[str, Any]]] = [
    ({"type": "channel_left", "actor_id": "U0GUS"}, "RoomHarmed", {"how": "removed", "by": "U0GUS"}),
    ({"type": "group_left", "actor_id": "U0GUS"}, "RoomHarmed", {"how": "shut out"}),
    ({"type": "channel_archive", "user": "U0GUS", "is_moved": 0}, "RoomHarmed", {"how": "archived"}),
    ({"type": "group_archive", "user": "U0GUS", "is_moved": 0}, "RoomHarmed", {"how": "archived"}),
    ({"type": "channel_deleted"}, "RoomHarmed", {"how": "deleted", "by": "slack"}),
    ({"type": "group_deleted"}, "RoomHarmed", {"how": "deleted"}),
    ({"type": "channel_shared", "connected_team_id": "T0X"}, "RoomHarmed", {"how": "shared", "team": "T0X"}),
    (
        {"type": "channel_rename", "channel": {"id": ROOM, "name": "lost", "is_channel": True}},
        "RoomRenamed",
        {"after": "lost"},
    ),
    ({"type": "group_rename", "channel": {"id": ROOM, "name": "lost"}}, "RoomRenamed", {"after": "lost"}),
    (
        {"type": "message", "subtype": "channel_convert_to_private", "user": "U0GUS", "ts": AT},
        "RoomConverted",
        {"private": True, "by": "U0GUS"},
    ),
    (
        {"type": "message", "subtype": "channel_convert_to_public", "user": "U0GUS", "ts": AT},
        "RoomConverted",
        {"private": False},
    ),
    (
        {"type": "channel_id_changed", "channel": None, "old_channel_id": ROOM, "new_channel_id": "C0NEW"},
        "RoomMoved",
        {"before": ROOM, "room": "C0NEW"},
    ),
]


def stored(event: dict[str, Any]) -> bytes:
    envelope = {"authorizations": [{"team_id": "T0TOCSIN", "user_id": ME, "is_bot": True}]}
    about = {"channel": ROOM, "event_ts": AT, **event}
    return json.dumps({"type": "event_callback", "event_id": "Ev1", "event": about, **envelope}).encode()


@pytest.mark.parametrize(
    ("event", "kind", "says"), TOLD, ids=[event.get("subtype", event["type"]) for event, _, _ in TOLD]
)
async def test_the_log_says_what_befell_the_room(
    office: Office, event: dict[str, Any], kind: str, says: dict[str, Any]
) -> None:
    await office.in_room()
    assert await understand(office.desk, stored(event))
    async with office.store.reading() as unit:
        entry = await unit.entries.latest(IncidentId(1), kind)
    assert entry is not None
    assert says.items() <= dict(entry.body or {}).items()
    assert not await understand(office.desk, stored({**event, "channel": LOBBY, "old_channel_id": LOBBY}))


async def test_only_our_own_coming_matters(office: Office) -> None:
    await office.in_room()
    await fate.harmed(
        office.ports, channel=ChannelId(ROOM), how=RoomHarm.REMOVED, by=UserId("U0GUS"), at=office.clock.now()
    )
    joined = {"type": "member_joined_channel", "channel_type": "C", "team": "T0TOCSIN", "inviter": "U0GUS"}
    assert not await understand(office.desk, stored({**joined, "user": "U0BOB"}))
    assert await understand(office.desk, stored({**joined, "user": ME}))
