"""Step 2: the war room opens in seconds, whatever Slack answers on the way."""

from __future__ import annotations

from datetime import timedelta

from bot.demo.cast import Cast
from bot.demo.outbreak import storm, the_room_opens
from bot.manifest import manifest
from sandbox.testing import Message
from tests.scenarios.conftest import everywhere, on_both, once
from tests.scenarios.record import Record
from tests.scenarios.scenes import commanded, declared

SECONDS = timedelta(seconds=10)
NEEDED = {"ada", "bob", "dev", "eve"}
"""On shift, the leads of checkout, and who writes to the stakeholders."""


async def ours(cast: Cast, channel: str = "") -> list[Message]:
    """What the bot said in a channel, oldest first, without Slack's own lines about joining."""
    said = await cast.channel(channel).messages(threads=True)
    return [message for message in said if message.author == "Tocsin" and "metadata" in message.raw]


async def rooms(cast: Cast) -> list[str]:
    """The war rooms that exist."""
    state = await cast.house.workspace.state()
    return sorted(str(c["name"]) for c in state["channels"] if str(c.get("name", "")).startswith("inc-"))


async def arrived(cast: Cast, people: set[str] = NEEDED) -> list[str]:
    """The members of the room, once everybody is there."""

    async def everybody() -> list[str] | None:
        members = await cast.channel().members()
        return members if people <= set(members) else None

    return await cast.until(everybody, f"{people} in the room")


@everywhere
async def test_the_room_opens_with_everything_in_it(cast: Cast, record: Record) -> None:
    await storm(cast)
    await the_room_opens(cast)

    assert await rooms(cast) == ["inc-1-checkout"]
    said = await ours(cast)
    cards = [message for message in said if "Take command" in message.buttons]
    assert [card.ts for card in cards] == [said[0].ts], (
        "the card is the first word, and the only one of its kind"
    )
    assert cards[0].pinned
    assert {"fay", "gus"}.isdisjoint(await cast.channel().members())

    (announcement,) = await ours(cast, "incidents")
    await cast.said("#inc-1-checkout", "incidents")
    assert "Join the room" in (await announcement.refresh()).buttons

    (declared_at,) = [entry.at for entry in await record.log("IncidentDeclared")]
    opened = await record.logged("RoomOpened", "inc-1-checkout")
    assert opened.at - declared_at < SECONDS
    invited = await record.logged("PeopleInvited")
    assert (invited.body or {})["failed"] == []


@on_both
async def test_the_announcement_is_one_message_that_follows_the_incident(cast: Cast) -> None:
    await commanded(cast, "bob")
    shown = await cast.said("Commander* @bob", "incidents")
    assert "Take command" not in shown.buttons
    assert len(await ours(cast, "incidents")) == 1

    answer = await shown.button("Join the room").press(as_="fay")
    assert answer.delivered
    await arrived(cast, {"fay"})


@on_both
async def test_slack_asks_to_slow_down_and_everything_still_comes_once(cast: Cast, record: Record) -> None:
    for method, pause in (("conversations.create", 3), ("conversations.invite", 2), ("chat.postMessage", 1)):
        await cast.house.workspace.faults.add("ratelimited", name=method, retry_after=pause, count=1)
    await declared(cast)
    await arrived(cast)
    await cast.said("INC-1", "incidents")
    (begun,) = await record.log("IncidentDeclared")
    opened = await record.logged("RoomOpened")
    assert timedelta(seconds=3) <= opened.at - begun.at < SECONDS
    assert await rooms(cast) == ["inc-1-checkout"]
    assert [len(await ours(cast, place)) for place in ("", "incidents")] == [1, 1]


@on_both
async def test_lost_answers_make_no_second_room_and_no_second_card(cast: Cast, record: Record) -> None:
    """Slack did it and the answer never came: the bot looks before it tries again."""
    lost = [
        await cast.house.workspace.faults.add("lost", name="conversations.create", count=1),
        await cast.house.workspace.faults.add("lost", name="chat.postMessage", count=2),
        await cast.house.workspace.faults.add("lost", name="pins.add", count=1),
    ]
    await declared(cast)
    await arrived(cast)
    await record.delivered()
    assert {row.state for row in await record.outbox()} == {"done"}
    struck = {fault["id"]: fault["struck"] for fault in await cast.house.workspace.faults.all()}
    assert [struck[fault] for fault in lost] == [1, 2, 1]
    assert await rooms(cast) == ["inc-1-checkout"]
    assert [len(await ours(cast, place)) for place in ("", "incidents")] == [1, 1]
    assert len(await cast.channel().pins()) == 1
    assert len(await record.log("RoomOpened")) == 1


@once
async def test_a_name_that_is_taken_gets_a_number(cast: Cast) -> None:
    """Somebody's private channel has the name: invisible to the bot, and taken all the same."""
    await cast.house.workspace.faults.happen("name_taken", name="inc-1-checkout", is_private=True)
    await cast.command("ada", "declare checkout customers cannot pay", room="incidents")
    cast.room = "inc-1-checkout-2"
    await cast.card("INC-1")
    await cast.said("#inc-1-checkout-2", "incidents")


@on_both
async def test_without_a_room_the_incident_runs_in_the_incidents_channel(cast: Cast, record: Record) -> None:
    await cast.house.workspace.faults.add("error", name="conversations.create", error="restricted_action")
    await cast.command("ada", "declare checkout customers cannot pay", room="incidents")
    why = await cast.said("No war room could be made", "incidents")
    assert "workspace setting does not allow it" in why.text
    cards = [message for message in await ours(cast, "incidents") if "State the impact…" in message.buttons]
    (announcement,) = [message for message in await ours(cast, "incidents") if "Declared by" in message.text]
    assert [card.thread_ts for card in cards] == [announcement.ts]
    await record.logged("RoomUnavailable", "workspace setting")
    told = await cast.whispered("bob", "Work goes on in a thread")
    assert "Take command" in told.buttons

    await cards[0].button("Take command").press(as_="bob")
    taken = await cast.said("has command", "incidents")
    assert taken.thread_ts == announcement.ts
    assert [tenure.user for tenure in await record.tenures()] == ["U0BOB"]


@once
async def test_who_cannot_be_invited_is_named_and_the_others_are_there(cast: Cast, record: Record) -> None:
    await cast.house.workspace.faults.happen("user_deactivated", user="dev")
    await declared(cast)
    members = await arrived(cast, NEEDED - {"dev"})
    assert "dev" not in members
    told = await cast.said("Could not be invited")
    assert "@dev" in told.text
    assert "may not be invited" in told.text
    invited = await record.logged("PeopleInvited", "U0DEV")
    assert (invited.body or {})["failed"] == [["U0DEV", "this person may not be invited to channels"]]


@once
async def test_a_missing_permission_is_told_and_can_be_mended(cast: Cast, record: Record) -> None:
    await cast.house.workspace.faults.happen("scope_removed", scope="pins:write")
    await cast.command("ada", "declare checkout customers cannot pay", room="incidents")
    told = await cast.whispered("ada", "pinning the card")
    assert "pins:write" in told.text
    await record.logged("StepFailed", "pins:write")
    assert await cast.channel().pins() == []

    still = await told.button("Try again").press(as_="ada")
    assert still.delivered
    await cast.house.workspace.install(manifest(mode=cast.house.mode, url=cast.house.bot_url))

    async def pinned_after_all() -> bool:
        await told.button("Try again").press(as_="ada")
        return bool(await cast.channel().pins())

    await record.until(pinned_after_all, "the pinned card")


@once
async def test_a_card_that_somebody_deletes_comes_back(cast: Cast) -> None:
    card = await declared(cast)
    await cast.house.workspace.faults.happen("message_deleted", channel=cast.room, ts=card.ts)
    await cast.command("bob", "impact nobody can pay")
    back = await cast.card("nobody can pay")
    assert back.ts != card.ts


@once
async def test_a_room_that_is_archived_under_our_feet_does_not_silence_the_incident(cast: Cast) -> None:
    await commanded(cast, "ada")
    await cast.house.workspace.faults.happen("channel_archived", channel=cast.room)
    await cast.command("bob", "sev 1 all of Europe", room="incidents")
    (pick,) = [m for m in await cast.channel("incidents").messages(as_="bob") if m.ephemeral]
    await pick.button("This one").press(as_="bob")
    raised = await cast.said("Raised from SEV2 to *SEV1*", "incidents")
    assert raised.thread_ts is not None
