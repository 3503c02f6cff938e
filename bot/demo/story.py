"""One alert storm becomes one run incident, from webhook to known error.

Eight steps that people play through Slack and machines through HTTP. Every step checks
what must be visible when it is over; the bot may be killed between any two of them.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import aiohttp

from bot.demo.house import House
from bot.demo.stage import Stage
from bot.demo.world import Alert, Json, Machines, ago, delivery, resolved
from sandbox.testing import Channel, Message, Person

MINUTE = 60.0
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
HYPOTHESIS = "connection pool exhausted after release 4.12 raised the worker count"
IMPACT = "About 30 % of customers cannot pay; retrying often helps"
WORKAROUND = "Set pool.max to 200 on payments and restart its workers one by one"
ROLLBACK = {
    "source": "github:acme/payments",
    "run": "7714",
    "services": ["payments"],
    "env": "production",
    "kind": "normal",
    "risk": "moderate",
    "digest": "sha256:4110aa",
    "op_id": "7714/production",
    "title": "Roll payments back to 4.11",
}


@dataclass(slots=True)
class Cast:
    """Who and what plays."""

    house: House
    stage: Stage
    machines: Machines
    alerts: list[Json] = field(default_factory=list)
    room_name: str = ""

    @property
    def room(self) -> Channel:
        """The war room of the first incident."""
        return self.channel(self.room_name)

    def channel(self, name: str) -> Channel:
        return self.house.workspace.channel(name)

    def person(self, name: str) -> Person:
        return self.house.workspace.user(name)

    async def private(self, name: str) -> Channel:
        """The person's conversation with the bot."""
        return await self.house.workspace.dm(name, self.house.app)

    async def card(self, room: Channel | None = None) -> Message:
        """The pinned incident card as it is now."""
        pins = await (room or self.room).pins()
        self.stage.seen("the incident card is pinned", pins)
        return pins[0]


Step = Callable[[Cast], Awaitable[None]]


async def monitoring_declares(cast: Cast) -> None:
    """Two systems see one outage; a rule holds for its sustained time and declares once."""
    stage, machines = cast.stage, cast.machines
    await stage.scene(1, "Monitoring declares, though no user has complained")
    now = await machines.now()
    cast.alerts = [
        a.firing(ago(now, 30), PROMETHEUS) for a in (CHECKOUT_ERRORS, CHECKOUT_SLOW, PAYMENT_ERRORS)
    ]
    await stage.tell("Prometheus posts three alerts on two services.")
    first = await machines.alert(delivery(cast.alerts, origin=PROMETHEUS))
    probe = CHECKOUT_PROBE.firing(ago(now, 20), PROBES)
    cast.alerts.append(probe)
    await stage.tell("The probes outside report that buying fails.")
    second = await machines.alert(delivery([probe], origin=PROBES))
    stage.seen("both deliveries were accepted", (first, second) == (202, 202))
    await stage.tell("Five minutes pass, and the alerts still stand.")
    await cast.house.advance(5 * MINUTE + 5)
    announcement = await cast.channel("incidents").expect("INC-1", timeout=20)
    stage.seen("one major incident is announced, declared by monitoring", "onitoring" in announcement.text)
    late = PAYMENT_QUEUE.firing(await machines.now(), PROMETHEUS)
    cast.alerts.append(late)
    await stage.tell("One more alert of the same outage arrives.")
    stage.seen("it is accepted", await machines.alert(delivery([late], origin=PROMETHEUS)) == 202)  # noqa: PLR2004


async def the_room_opens(cast: Cast) -> None:
    """Channel, topic, people, bookmarks, pinned card, announcement, clock."""
    stage = cast.stage
    await stage.scene(2, "The war room opens in seconds")
    cast.room_name = "inc-1-checkout"
    card = await cast.room.expect("INC-1", timeout=20)
    stage.seen(f"#{cast.room_name} exists and shows the incident card", card.buttons)
    members = await _until_members(cast.room, {"ada", "bob", "cleo"})
    stage.seen(f"its people are there by service ownership: {', '.join(sorted(members))}")
    await _until(cast.room.pins)
    await _until(cast.room.bookmarks)
    await _until(cast.room.topic)
    stage.seen("the card is pinned, bookmarks and topic are set")
    card = await cast.card()
    stage.seen("the card carries the service-level clock with its deadline", "Clock" in card.text)
    incidents = [c for c in (await cast.house.workspace.state())["channels"] if c["name"].startswith("inc-")]
    stage.seen("the third delivery attached and opened nothing", len(incidents) == 1)


async def command_is_seated(cast: Cast) -> None:
    """A claim, a contest that leaves the incumbent in charge, a settlement, a handover."""
    stage = cast.stage
    await stage.scene(3, "Command: claimed, disputed fairly, handed over")
    card = await cast.card()
    await stage.tell("Bob presses Take command.")
    await card.button("Take command").press(as_="bob")
    await cast.room.expect("has command")
    await stage.tell("Cleo leads payments and wants command too.")
    await cast.person("cleo").slash(
        cast.room_name, "/incident", "contest payments is what fails, and it is mine"
    )
    asked = await (await cast.private("bob")).expect("command", as_="bob")
    stage.seen("the contest is open, and Bob is still in charge", "Yield" in " ".join(asked.buttons))
    await stage.tell("Bob yields.")
    await asked.button("Yield").press(as_="bob")
    await _until_text(cast.room, "cleo", "command")
    await stage.tell("Later Cleo wants her hands free and offers command to Ada, with a brief.")
    await cast.person("cleo").slash(cast.room_name, "/incident", "handover <@U0ADA>")
    brief = (
        await (await cast.private("ada")).expect("Accept", as_="ada", timeout=10)
        if False
        else await _brief(cast)
    )
    await brief.button("Accept").press(as_="ada")
    await _until_card(cast, "Ada")
    stage.seen("Ada holds command; the card says so")


async def _brief(cast: Cast) -> Message:
    return await (await cast.private("ada")).expect("command", as_="ada")


async def the_log_listens(cast: Cast) -> None:
    """People talk, correct themselves, mark what matters; the bot stays quiet."""
    stage, room = cast.stage, cast.room_name
    await stage.scene(4, "Every word becomes the log, and nobody is disturbed")
    before = len(await cast.room.messages())
    found = await cast.person("dev").say(room, "payments-7 refuses connections since 10:02")
    await cast.person("bob").say(room, "checkout retries three times, then gives up")
    wrong = await cast.person("cleo").say(room, "wrong window, sorry")
    await stage.tell("Dev corrects a message, Cleo deletes one.")
    await cast.person("dev").edit(found, "payments-7 and payments-9 refuse connections since 10:02")
    await cast.person("cleo").delete(wrong)
    await stage.tell("Bob marks Dev's finding with a pushpin; Ada writes a key event.")
    await cast.person("bob").react(found, "pushpin")
    answer = await cast.person("ada").slash(room, "/incident", "log decided to roll back payments to 4.11")
    stage.seen("the key event is confirmed to Ada alone", answer.delivered)
    await cast.house.workspace.settle()
    after = len(await cast.room.messages())
    stage.seen("the bot said nothing in the room", after == before + 2)


async def changes_freeze(cast: Cast) -> None:
    """Hold, allow, and one press for the rollback that helps."""
    stage, gate = cast.stage, cast.machines.gate
    await stage.scene(5, "Non-critical changes are frozen, the fix is not")
    feature = {**ROLLBACK, "source": "github:acme/checkout", "run": "812", "services": ["checkout"]}
    feature |= {"title": "New gift cards", "digest": "sha256:5020bb", "op_id": "812/production"}
    await stage.tell("A pipeline asks the gate: gift cards on checkout?")
    held = await gate(feature)
    stage.seen(f"hold: {_why(held)}", held["verdict"] == "hold" and "INC-1" in str(held["reasons"]))
    unrelated = {**feature, "source": "github:acme/hr", "run": "99", "services": ["hr-portal"], "risk": "low"}
    allowed = await gate({**unrelated, "op_id": "99/production"})
    stage.seen("allow: an unrelated service goes on", allowed["verdict"] == "allow")
    rollback = {**ROLLBACK, "remedies": "INC-1"}
    await stage.tell("The rollback that remedies the incident asks too.")
    waiting = await gate(rollback)
    stage.seen(f"needs approval: {_why(waiting)}", waiting["verdict"] == "needs_approval")
    asked = await cast.room.expect("Roll payments back")
    await stage.tell("Ada presses Approve.")
    await asked.button("Approve").press(as_="ada")
    again = await gate(rollback)
    stage.seen("asked again, the gate allows the rollback", again["verdict"] == "allow")


async def stakeholders_hear(cast: Cast) -> None:
    """The digest carries the verified impact and not a word of the hypothesis."""
    stage, room = cast.stage, cast.room_name
    await stage.scene(6, "Stakeholders hear what is verified, on time, and nothing else")
    await stage.tell("Bob suspects a cause, Bob states the impact.")
    await cast.person("bob").slash(room, "/incident", f"hypothesis {HYPOTHESIS}")
    await cast.person("bob").slash(room, "/incident", f"impact {IMPACT}")
    own = await cast.person("bob").slash(room, "/incident", "verify 2")
    stage.seen(f"Bob cannot verify his own words: {own.text}", "somebody else" in own.text)
    await stage.tell("Dev verifies the impact, Ada releases it, Eve sends the update.")
    await cast.person("dev").slash(room, "/incident", "verify 2")
    await cast.person("ada").slash(room, "/incident", "release 2")
    await cast.person("eve").slash(room, "/incident", "update")
    preview = await cast.person("eve").modal()
    await preview.submit({})
    digest = await cast.channel("stakeholders").expect("cannot pay")
    stage.seen(
        "the digest says what users experience and when the next one comes", "ext update" in digest.text
    )
    leaked = [word for word in ("pool", "worker", "4.12") if word in digest.text]
    stage.seen("and not a word of the hypothesis", not leaked)


async def it_recovers(cast: Cast) -> None:
    """Mitigated, resolved with a code and a note; clocks read, holds lifted."""
    stage, room = cast.stage, cast.room_name
    await stage.scene(7, "Recovery: mitigated, resolved, thawed")
    await cast.house.advance(12 * MINUTE)
    now = await cast.machines.now()
    over = [resolved(alert, now) for alert in cast.alerts]
    await cast.machines.alert(delivery(over, origin=PROMETHEUS, status="resolved"))
    await stage.tell("The alerts end. Ada says: mitigated.")
    await cast.person("ada").slash(room, "/incident", "mitigated rolled back to 4.11")
    clock = await cast.room.expect("met")
    stage.seen(f"the clock stops: {_line(clock, 'met')}")
    await stage.tell("Ada resolves it with a code and a note.")
    await cast.person("ada").slash(room, "/incident", "resolve")
    form = await cast.person("ada").modal()
    await form.submit({"code": "workaround provided", "note": WORKAROUND})
    await cast.room.expect("esolved")
    await stage.tell("Half an hour of quiet passes.")
    await cast.house.advance(31 * MINUTE)
    lifted = await cast.room.expect("lifted", timeout=15)
    stage.seen(f"the freeze ends: {_line(lifted, 'lifted')}")


async def it_is_learnt(cast: Cast) -> None:
    """The post-mortem becomes a known error; the next outage shows it; a second record is refused."""
    stage = cast.stage
    await stage.scene(8, "The post-mortem drafts itself and becomes a known error")
    await _publish(cast, cast.room_name, choice="create")
    await cast.room.expect("KE-1")
    stage.seen("KE-1 exists, with its workaround")
    await stage.tell("Hours later the same thing happens again.")
    await cast.house.advance(180 * MINUTE)
    second = await _second_outage(cast)
    card = await second.expect("KE-1", timeout=20)
    stage.seen("the card of INC-2 shows the known error and its workaround", "pool.max" in card.text)
    await _run_short(cast, second.name)
    await stage.tell("Its post-mortem finds the same: the store proposes to attach.")
    await _publish(cast, second.name, choice="attach")
    known = await cast.person("ada").slash("incidents", "/incident", "known")
    stage.seen("there is one known error, not two", "KE-1" in known.text and "KE-2" not in known.text)


STORY: tuple[Step, ...] = (
    monitoring_declares,
    the_room_opens,
    command_is_seated,
    the_log_listens,
    changes_freeze,
    stakeholders_hear,
    it_recovers,
    it_is_learnt,
)


async def play(
    house: House, stage: Stage, *, between: Callable[[int], Awaitable[None]] | None = None
) -> None:
    """Play all steps; ``between`` runs after each, with the number of the step that ended.

    Raises StoryBroken, or AssertionError where something expected was not seen.
    """
    async with aiohttp.ClientSession(trust_env=False) as session:
        cast = Cast(house=house, stage=stage, machines=Machines(house, session))
        for number, step in enumerate(STORY, 1):
            await step(cast)
            if between is not None:
                await between(number)
