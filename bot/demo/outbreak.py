"""Steps 1 to 4: monitoring declares, the room opens, command is seated, the log listens."""

from __future__ import annotations

from bot.demo.cast import Cast
from bot.demo.world import Alert, ago, delivery
from sandbox.testing import Channel

MINUTE = 60.0
ACCEPTED = 202
CHECKOUT_ERRORS = Alert(
    name="CheckoutErrorRate", service="checkout", summary="30 % of checkout requests answer 503"
)
CHECKOUT_SLOW = Alert(
    name="CheckoutLatency", service="checkout", summary="Checkout p99 above 8 s", severity="warning"
)
PAYMENT_ERRORS = Alert(
    name="PaymentsPoolTimeout", service="payments", summary="Payments times out waiting for its database"
)
CHECKOUT_PROBE = Alert(
    name="CheckoutProbe", service="checkout-api", summary="Buying the test article fails from three cities"
)
PAYMENT_QUEUE = Alert(name="PaymentsBacklog", service="payments", summary="Unconfirmed payments pile up")
PROMETHEUS, PROBES = "prometheus-eu", "probes-external"


async def storm(cast: Cast) -> None:
    """Two deliveries of two systems about one outage, and five minutes in which they stand."""
    now = await cast.machines.now()
    seen = (CHECKOUT_ERRORS, CHECKOUT_SLOW, PAYMENT_ERRORS)
    cast.alerts = [alert.firing(ago(now, 30), PROMETHEUS) for alert in seen]
    await cast.stage.tell("Prometheus posts three alerts on two services.")
    first = await cast.machines.alert(delivery(cast.alerts, origin=PROMETHEUS))
    probe = CHECKOUT_PROBE.firing(ago(now, 20), PROBES)
    cast.alerts.append(probe)
    await cast.stage.tell("The probes outside report that buying fails.")
    second = await cast.machines.alert(delivery([probe], origin=PROBES))
    cast.stage.seen("both signed deliveries are accepted", (first, second) == (ACCEPTED, ACCEPTED))
    await cast.stage.tell("Five minutes pass, and the alerts still stand.")
    await cast.house.advance(5 * MINUTE + 5)


async def monitoring_declares(cast: Cast) -> None:
    """A rule holds for its sustained time and declares, once."""
    await cast.stage.scene(1, "Monitoring declares, though no user has complained")
    await storm(cast)
    announcement = await cast.said("INC-1", "incidents")
    cast.stage.seen(
        "one major incident is announced, declared by the rule tier1-corroborated",
        "tier1-corroborated" in announcement.text,
    )
    late = PAYMENT_QUEUE.firing(await cast.machines.now(), PROMETHEUS)
    cast.alerts.append(late)
    await cast.stage.tell("One more alert of the same outage arrives.")
    status = await cast.machines.alert(delivery([late], origin=PROMETHEUS))
    cast.stage.seen("it is accepted", status == ACCEPTED)


async def the_room_opens(cast: Cast) -> None:
    """Channel, topic, people, bookmarks, pinned card, announcement, clock."""
    stage = cast.stage
    await stage.scene(2, "The war room opens in seconds")
    card = await cast.card("INC-1")
    stage.seen(f"#{cast.room} exists, its card is pinned and has buttons", card.buttons)
    room = cast.channel()

    async def people() -> list[str] | None:
        members = await room.members()
        return members if {"ada", "bob", "cleo", "dev", "eve"} <= set(members) else None

    members = await cast.until(people, "everybody who is needed")
    stage.seen(f"people are there by service ownership: {', '.join(sorted(members))}")
    await cast.until(room.bookmarks, "the bookmarks")
    topic = await cast.until(room.topic, "the topic")
    stage.seen(f"bookmarks and topic are set: {topic}")
    card = await cast.card("Clock")
    stage.seen("the card carries the service-level clock with its deadline", "gold" in card.text)
    stage.seen("the third delivery attached and opened nothing", await _rooms(cast) == 1)


async def command_is_seated(cast: Cast) -> None:
    """A claim, a contest that leaves the incumbent in charge, a settlement, a handover."""
    stage = cast.stage
    await stage.scene(3, "Command: claimed, disputed fairly, handed over")
    await stage.tell("Bob presses Take command.")
    await (await cast.card("Take command")).button("Take command").press(as_="bob")
    taken = await cast.said("has command")
    stage.seen("Bob has command", "bob" in taken.text)
    await stage.tell("Cleo leads payments and wants command too: she presses Contest and says why.")
    await taken.button("Contest").press(as_="cleo")
    form = await cast.person("cleo").modal()
    await form.submit({"reason": "payments is what fails, and it is mine"})
    asked = await cast.whispered("bob", "disputes command")
    stage.seen("a contest is open, and Bob is still in charge", "Yield" in " ".join(asked.buttons))
    await stage.tell("Bob yields.")
    await asked.button("Yield").press(as_="bob")
    settled = await cast.said("Settled")
    stage.seen("it is settled: Cleo has command", "cleo" in settled.text)
    await stage.tell("Cleo needs her hands free, and offers command to Ada with a brief.")
    await cast.command("cleo", "handover <@U0ADA>")
    brief = await cast.whispered("ada", "offered command")
    await brief.button("Accept command").press(as_="ada")
    await cast.said("has command now")
    await cast.card("ada")
    stage.seen("Ada holds command, and the card says so")


async def the_log_listens(cast: Cast) -> None:
    """People talk, correct themselves, mark what matters; the bot stays quiet."""
    stage, room = cast.stage, cast.room
    await stage.scene(4, "Every word becomes the log, and nobody is disturbed")
    before = len(await cast.channel().messages())
    found = await cast.person("dev").say(room, "payments-7 refuses connections since 10:02")
    await cast.person("bob").say(room, "checkout retries three times, then gives up")
    wrong = await cast.person("cleo").say(room, "wrong window, sorry")
    await stage.tell("Dev corrects a message, Cleo deletes one.")
    await cast.person("dev").edit(found, "payments-7 and payments-9 refuse connections since 10:02")
    await cast.person("cleo").delete(wrong)
    await stage.tell("Bob marks Dev's finding with a pushpin, Ada writes a key event.")
    await cast.person("bob").react(found, "pushpin")
    answer = await cast.command("ada", "log decided to roll payments back to 4.11")
    stage.seen(f"Ada alone is told: {answer.splitlines()[0]}", answer)
    await cast.house.workspace.settle()
    spoken = len(await cast.channel().messages()) - before
    stage.seen("the bot said nothing in the room", spoken == len(("dev", "bob")))


async def _rooms(cast: Cast) -> int:
    async def is_room(number: int) -> bool:
        names = (f"inc-{number}-checkout", f"inc-{number}-payments")
        return any([await Channel(cast.house.workspace, name).exists() for name in names])

    return sum([await is_room(number) for number in (1, 2, 3)])
