"""Steps 5 to 7: changes freeze, stakeholders hear, it recovers."""

from __future__ import annotations

from bot.demo.cast import Cast, line, why
from bot.demo.outbreak import MINUTE, PROBES, PROMETHEUS
from bot.demo.world import Json, delivery, resolved

HYPOTHESIS = "connection pool exhausted after release 4.12 raised the worker count"
IMPACT = "About 30 % of customers cannot pay; trying again often helps"
WORKAROUND = "Set pool.max to 200 on payments and restart its workers one by one"
NOTE = "Rolled payments back to 4.11; until then pool.max was raised"
FEATURE: Json = {
    "source": "github:acme/checkout",
    "run": "812",
    "services": ["checkout"],
    "env": "production",
    "kind": "normal",
    "risk": "moderate",
    "digest": "sha256:5020bb",
    "op_id": "812/production",
    "title": "New gift cards",
    "requester": "deploy pipeline of checkout",
}
UNRELATED: Json = FEATURE | {
    "source": "github:acme/hr",
    "run": "99",
    "services": ["hr-portal"],
    "op_id": "99/production",
    "title": "Longer holidays",
}
ROLLBACK: Json = FEATURE | {
    "source": "github:acme/payments",
    "run": "7714",
    "services": ["payments"],
    "digest": "sha256:4110aa",
    "op_id": "7714/production",
    "title": "Roll payments back to 4.11",
    "requester": "deploy pipeline of payments",
    "remedies": "INC-1",
}


async def changes_freeze(cast: Cast) -> None:
    """Hold, allow, and one press for the rollback that helps."""
    stage, gate = cast.stage, cast.machines.gate
    await stage.scene(5, "Non-critical changes are frozen, the fix is not")
    await stage.tell("A pipeline asks the gate: gift cards on checkout?")
    held = await gate(FEATURE)
    stage.seen(f"hold: {why(held)}", held["verdict"] == "hold" and "INC-1" in why(held))
    allowed = await gate(UNRELATED)
    stage.seen("allow: what has nothing to do with it goes on", allowed["verdict"] == "allow")
    await stage.tell("The rollback that remedies the incident asks too.")
    waiting = await gate(ROLLBACK)
    stage.seen(f"needs approval: {why(waiting)}", waiting["verdict"] == "needs_approval")
    asked = await cast.said("asks to pass the freeze")
    await stage.tell("Ada presses Approve.")
    await asked.button("Approve").press(as_="ada")
    await cast.said("Approved by")
    again = await gate(ROLLBACK)
    stage.seen("asked again, the gate allows the rollback", again["verdict"] == "allow")


async def stakeholders_hear(cast: Cast) -> None:
    """The digest carries the verified impact and not a word of the hypothesis."""
    stage = cast.stage
    await stage.scene(6, "Stakeholders hear what is verified, on time, and nothing else")
    await stage.tell("Bob suspects a cause, and states the impact.")
    await cast.command("bob", f"hypothesis {HYPOTHESIS}")
    await cast.command("bob", f"impact {IMPACT}")
    refusal = await cast.command("bob", "verify 2")
    stage.seen(f"Bob cannot verify his own words: {refusal}", "somebody else" in refusal)
    await stage.tell("Dev verifies the impact, Ada releases it, Eve sends the update.")
    await cast.command("dev", "verify 2")
    await cast.command("ada", "release 2")
    preview = await cast.form("eve", "update")
    await preview.submit({})
    digest = await cast.said("cannot pay", "stakeholders")
    stage.seen(
        "the digest says what users experience, and when the next one comes", "Next update" in digest.text
    )
    leaked = [word for word in ("pool", "worker", "4.12") if word in digest.text]
    stage.seen("and not a word of the hypothesis", not leaked)


async def it_recovers(cast: Cast) -> None:
    """Mitigated, resolved with a code and a note; clocks read, holds lifted."""
    stage = cast.stage
    await stage.scene(7, "Recovery: mitigated, resolved, thawed")
    await cast.house.advance(12 * MINUTE)
    await calm(cast)
    await stage.tell("The alerts end, and Ada says that it is mitigated.")
    form = await cast.form("ada", "mitigated")
    await form.submit({"note": "rolled back to 4.11"})
    clock = await cast.said("to spare")
    stage.seen(f"the clock is read: {line(clock, 'to spare')}")
    await stage.tell("Ada resolves it with a code, a note, and why she need not wait for monitoring.")
    form = await cast.form("ada", "resolve")
    why = "the alerts ended with the rollback, and payments go through"
    await form.submit({"code": "resolved by change", "note": NOTE, "despite": why})
    over = await cast.said("Resolved* by")
    stage.seen(line(over, "Resolved* by"))
    await stage.tell("Half an hour of quiet passes.")
    await cast.house.advance(31 * MINUTE)
    lifted = await cast.said("Freeze lifted")
    stage.seen(f"the holds are gone: {line(lifted, 'again')}")
    allowed = await cast.machines.gate(FEATURE)
    stage.seen("and the gift cards may go", allowed["verdict"] == "allow")


async def calm(cast: Cast) -> None:
    """Every alert that fires ends."""
    now = await cast.machines.now()
    for origin in (PROMETHEUS, PROBES):
        own = [resolved(alert, now) for alert in cast.alerts if alert["labels"]["origin"] == origin]
        await cast.machines.alert(delivery(own, origin=origin, status="resolved"))
    cast.alerts = []
