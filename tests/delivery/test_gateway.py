"""Each call over a real socket: what it returns, and what "already done" means for it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import ClientSession

from bot.delivery.directory import Directory
from bot.manifest import manifest
from bot.metrics import Metrics
from bot.slack.client import is_loopback, make_client
from bot.slack.gateway import MAX_INVITED, Gateway, Identity, Posted
from bot.slack.introduction import Introduction, Unwelcome
from bot.slack.methods import METHODS
from bot.slack.outcomes import Ambiguous, Later, LockedOut, Never
from bot.slack.reconcile import find_post, find_room
from bot.slack.throttle import Throttle
from playbooks.domain.ids import ChannelId, Ts, UserId
from sandbox.testing import App, Workspace
from tests.delivery.conftest import ElasticTime, gateway_of

GENERAL = ChannelId("C0GENERAL")
ADA, BOB, LEO, HAL = UserId("U0ADA"), UserId("U0BOB"), UserId("U0LEO"), UserId("U0HAL")


@pytest.fixture
async def me(gateway: Gateway) -> Identity:
    return await gateway.whoami()


def just_now() -> datetime:
    return datetime.now(UTC)


async def test_who_we_are(me: Identity, app: App) -> None:
    assert (me.team, me.user, me.bot) == (app.team_id, app.bot_user_id, app.bot_id)


async def test_a_message_can_be_posted_redrawn_and_deleted(gateway: Gateway, workspace: Workspace) -> None:
    block = {"type": "section", "text": {"type": "plain_text", "text": "in a block"}}
    posted = await gateway.post(GENERAL, text="words", blocks=[block], delivery="d1")
    general = workspace.channel("general")
    (message,) = await general.messages()
    assert "in a block" in message.text
    await gateway.update(posted, text="other words", blocks=None)
    (message,) = await general.messages()
    assert (message.text, message.blocks) == ("other words", [])
    await gateway.delete(posted)
    assert await general.messages() == []


async def test_a_reply_goes_into_its_thread(gateway: Gateway, workspace: Workspace) -> None:
    parent = await gateway.post(GENERAL, text="parent", blocks=None, delivery="d1")
    await gateway.post(GENERAL, text="reply", blocks=None, delivery="d2", thread=parent.ts)
    (message,) = await workspace.channel("general").messages()
    assert [reply.text for reply in await message.replies()] == ["reply"]


async def test_posting_to_a_person_opens_the_conversation(
    gateway: Gateway, workspace: Workspace, app: App
) -> None:
    posted = await gateway.post(ADA, text="for you", blocks=None, delivery="d1")
    assert posted.channel == await gateway.open_direct(ADA) == await gateway.open_direct(ADA)
    assert await (await workspace.dm("ada", app)).expect("for you")


async def test_what_is_done_already_is_done(gateway: Gateway, workspace: Workspace) -> None:
    room = await gateway.create_room("inc-9")
    posted = await gateway.post(room.id, text="card", blocks=None, delivery="d1")
    for _ in range(2):
        await gateway.pin(posted)
        await gateway.join(GENERAL)
        await gateway.set_topic(room.id, "one topic")
        assert await gateway.topic(room.id) == "one topic"
        assert await gateway.invite(room.id, [ADA, BOB]) == {}
    assert len(await workspace.channel("inc-9").pins()) == 1
    await gateway.add_bookmark(room.id, title="t", link="https://x.example/1", emoji=":link:")
    ((link, ids),) = (await gateway.bookmarks(room.id)).items()
    assert (link, len(ids)) == ("https://x.example/1", 1)
    for _ in range(2):
        await gateway.remove_bookmark(room.id, ids[0])
    assert await gateway.bookmarks(room.id) == {}


async def test_a_taken_name_is_a_refusal_with_its_code(gateway: Gateway) -> None:
    await gateway.create_room("inc-9")
    with pytest.raises(Never) as refusal:
        await gateway.create_room("inc-9")
    assert refusal.value.code == "name_taken"


async def test_who_cannot_be_invited_is_named_and_the_others_are_in(
    gateway: Gateway, workspace: Workspace
) -> None:
    room = await gateway.create_room("inc-9")
    refused = await gateway.invite(room.id, [ADA, LEO, BOB])
    assert set(refused) == {LEO}
    assert {"ada", "bob"} <= set(await workspace.channel("inc-9").members())
    assert set(await gateway.invite(room.id, [LEO])) == {LEO}
    with pytest.raises(Never, match="gone"):
        await gateway.invite(ChannelId("C0NOWHERE"), [ADA, BOB])


async def test_large_invitations_are_split(gateway: Gateway, workspace: Workspace) -> None:
    room = await gateway.create_room("inc-9")
    crowd = [UserId(f"U0NOBODY{number}") for number in range(MAX_INVITED + 20)]
    refused = await gateway.invite(room.id, [*crowd, ADA])
    assert set(refused) == set(crowd)
    assert "ada" in await workspace.channel("inc-9").members()


async def test_lists_are_read_to_their_end(
    gateway: Gateway, me: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page is not the last one while a cursor follows it (Slack docs, "Pagination")."""
    monkeypatch.setattr("bot.slack.gateway.PAGE", 2)
    for number in range(7):
        await gateway.create_room(f"inc-{number}")
        await gateway.post(GENERAL, text=f"{number}", blocks=None, delivery=f"d{number}")
    await gateway.join(GENERAL)
    assert {room.name async for room in gateway.own_rooms()} >= {f"inc-{n}" for n in range(7)}
    assert {room.name async for room in gateway.public_rooms()} >= {"general", "incidents"}
    found = await find_post(gateway, me, channel=GENERAL, delivery="d0", since=just_now())
    assert found is not None


async def test_a_message_of_another_delivery_or_bot_is_not_ours(
    gateway: Gateway, me: Identity, workspace: Workspace, session: ClientSession, elastic: ElasticTime
) -> None:
    other = await workspace.install(manifest(mode="socket") | {"display_information": {"name": "Other"}})
    impostor = gateway_of(other, session, elastic)
    await gateway.join(GENERAL)
    await impostor.post(GENERAL, text="x", blocks=None, delivery="d1")
    await gateway.post(GENERAL, text="x", blocks=None, delivery="d2")
    assert await find_post(gateway, me, channel=GENERAL, delivery="d1", since=just_now()) is None
    assert await find_post(gateway, me, channel=GENERAL, delivery="d2", since=just_now())


async def test_a_room_is_adopted_only_if_we_made_it_just_now(
    gateway: Gateway, me: Identity, workspace: Workspace
) -> None:
    await gateway.create_room("inc-1")
    await workspace.faults.happen("name_taken", name="inc-2")
    since = just_now()
    assert await find_room(gateway, me, names=["inc-1"], since=since)
    assert await find_room(gateway, me, names=["inc-2"], since=since) is None
    assert await find_room(gateway, me, names=["inc-1"], since=since + timedelta(hours=1)) is None


async def test_channels_are_found_by_name_once(gateway: Gateway, workspace: Workspace) -> None:
    directory = Directory(gateway)
    ids = await asyncio.gather(*(directory.channel("#incidents") for _ in range(5)))
    assert set(ids) == {"C0INCIDENTS"}
    lists = [e for e in await workspace.journal() if "conversations.list" in str(e["summary"])]
    assert len(lists) == 1
    assert await directory.channel("C0ANY") == "C0ANY"
    with pytest.raises(Never):
        await directory.channel("no-such-channel")


async def test_entering_a_channel_joins_it(gateway: Gateway, workspace: Workspace) -> None:
    directory = Directory(gateway)
    assert await directory.enter("incidents") == "C0INCIDENTS"
    assert await directory.enter("C0STAKE") == "C0STAKE"
    for name in ("incidents", "stakeholders"):
        assert "tocsin" in await workspace.channel(name).members()
    with pytest.raises(Never):
        await directory.enter("secret-project")


@pytest.mark.parametrize(
    ("fault", "meaning"),
    [
        pytest.param({"do": "ratelimited", "retry_after": 9}, Later, id="slow down"),
        pytest.param({"do": "http", "status": 503, "body": "json"}, Ambiguous, id="away, as JSON"),
        pytest.param({"do": "http", "status": 500, "body": "text"}, Ambiguous, id="broken, as text"),
        pytest.param({"do": "http", "status": 502, "body": "html"}, Ambiguous, id="a gateway's page"),
        pytest.param({"do": "http", "status": 504, "body": "empty"}, Ambiguous, id="nothing"),
        pytest.param({"do": "http", "status": 200, "body": "truncated"}, Ambiguous, id="half an answer"),
        pytest.param({"do": "http", "status": 200, "body": "empty"}, Ambiguous, id="an empty answer"),
        pytest.param({"do": "error", "error": "fatal_error"}, Ambiguous, id="may have happened"),
        pytest.param({"do": "error", "error": "invalid_auth"}, LockedOut, id="locked out"),
        pytest.param({"do": "error", "error": "is_archived"}, Never, id="archived"),
        pytest.param({"do": "lost"}, Ambiguous, id="the answer is lost"),
        pytest.param({"do": "reset"}, Ambiguous, id="reset"),
        pytest.param({"do": "latency", "seconds": 2}, Ambiguous, id="too slow"),
    ],
)
async def test_each_failure_over_the_wire_has_one_meaning(
    gateway: Gateway, workspace: Workspace, fault: dict[str, object], meaning: type[Exception]
) -> None:
    await workspace.faults.add(**fault, name="chat.postMessage", count=1)  # type: ignore[arg-type] # a table
    with pytest.raises(meaning) as raised:
        await gateway.post(GENERAL, text="x", blocks=None, delivery="d1")
    assert type(raised.value) is meaning


async def test_nobody_there_means_that_nothing_was_sent(session: ClientSession, elastic: ElasticTime) -> None:
    web = make_client(session, base_url="http://127.0.0.1:1/api", token="xoxb-1")
    nowhere = Gateway(web, Throttle(METHODS, now=elastic.now, sleep=elastic.sleep), Metrics())
    with pytest.raises(Later, match="cannot be reached"):
        await nowhere.update(Posted(channel=GENERAL, ts=Ts("1.1")), text="x", blocks=None)


async def test_after_a_429_the_method_rests_and_others_go_on(
    gateway: Gateway, workspace: Workspace, elastic: ElasticTime
) -> None:
    await workspace.faults.add("ratelimited", name="chat.postMessage", count=1, retry_after=5)
    with pytest.raises(Later):
        await gateway.post(GENERAL, text="x", blocks=None, delivery="d1")
    before = elastic.now()
    await gateway.join(GENERAL)
    assert elastic.now() - before < 4
    await gateway.post(GENERAL, text="x", blocks=None, delivery="d1")
    assert elastic.now() - before >= 4


async def test_an_introduction_waits_for_slack_and_ends_at_a_refusal(
    gateway: Gateway, workspace: Workspace
) -> None:
    await workspace.faults.add("http", name="auth.test", status=503, count=1)
    introduction = Introduction(gateway, expected_team=None)
    waiting = asyncio.ensure_future(introduction.known())
    made = await introduction.make()
    assert await waiting is made
    assert introduction.identity is made

    await workspace.faults.add("error", name="auth.test", error="missing_scope", count=1)
    with pytest.raises(Unwelcome):
        await Introduction(gateway, expected_team=None).make()


@pytest.mark.parametrize(
    ("url", "near"),
    [
        ("http://127.0.0.1:8000/api/", True),
        ("http://localhost/api/", True),
        ("http://[::1]:1/", True),
        ("https://slack.com/api/", False),
        ("http://10.0.0.1/", False),
    ],
)
def test_a_proxy_is_not_asked_for_this_machine(url: str, *, near: bool) -> None:
    assert is_loopback(url) is near
