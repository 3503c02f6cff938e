"""Step 5: what could make it worse waits, what helps takes one press, the rest goes on."""

from __future__ import annotations

from bot.demo.cast import Cast
from bot.demo.outbreak import MINUTE
from bot.demo.recovery import FEATURE, ROLLBACK, UNRELATED, changes_freeze
from bot.demo.world import Json
from sandbox.testing import Message
from tests.scenarios.conftest import on_both, once
from tests.scenarios.record import Record
from tests.scenarios.scenes import commanded, declared

ON_CHECKOUT: Json = ROLLBACK | {"services": ["checkout-api"]}


async def asked(cast: Cast) -> Message:
    """The rollback waits for the commander: its card in the room."""
    verdict = await cast.machines.gate(ON_CHECKOUT)
    assert verdict["verdict"] == "needs_approval"
    return await cast.said("asks to pass the freeze")


async def verdict(cast: Cast, change: Json) -> str:
    """What the gate says to a change."""
    return str((await cast.machines.gate(change))["verdict"])


async def test_a_feature_is_held_and_the_rollback_goes_after_one_press(cast: Cast, record: Record) -> None:
    await commanded(cast)
    await changes_freeze(cast)

    card = await cast.card("0 changes waiting")
    assert "1 change held" in card.text
    assert "Waiting for the commander" not in card.text
    decided = await cast.said("Approved by @ada")
    assert decided.buttons == []
    (held,) = await record.log("ChangeHeld")
    assert (held.body or {})["ref"] == "github:acme/checkout:812"
    (approved,) = await record.log("ChangeApproved")
    assert (approved.actor, (approved.body or {})["ref"]) == ("U0ADA", "github:acme/payments:7714")
    assert len(await record.log("ChangeAllowed")) == 1
    status = await cast.command("fay", "freeze", room="general")
    assert "github:acme/checkout:812" in status


@on_both
async def test_an_approval_is_for_one_artefact_and_one_operation(cast: Cast, record: Record) -> None:
    await commanded(cast)
    await (await asked(cast)).button("Approve").press(as_="ada")
    await record.logged("ChangeApproved")
    assert await verdict(cast, ON_CHECKOUT | {"digest": "sha256:other"}) == "needs_approval"
    assert await verdict(cast, ON_CHECKOUT) == "allow"
    assert await verdict(cast, ON_CHECKOUT) == "allow", "the same operation may ask again"
    assert await verdict(cast, ON_CHECKOUT | {"op_id": "7715/production"}) == "needs_approval"
    assert len(await record.log("ChangeAllowed")) == 1


@once
async def test_an_approval_that_nobody_used_expires(cast: Cast, record: Record) -> None:
    await commanded(cast)
    await (await asked(cast)).button("Approve").press(as_="ada")
    await record.logged("ChangeApproved")
    await cast.house.advance(61 * MINUTE)
    assert await verdict(cast, ON_CHECKOUT) == "needs_approval"


@on_both
async def test_the_commander_may_deny_with_a_reason(cast: Cast, record: Record) -> None:
    await commanded(cast)
    card = await asked(cast)
    await card.button("Deny").press(as_="ada")
    form = await cast.person("ada").modal()
    await form.submit({"reason": "the migration of 4.11 cannot be undone"})
    decided = await cast.said("Denied by @ada")
    assert (decided.ts, decided.buttons) == (card.ts, [])
    (denied,) = await record.bodies("ChangeDenied")
    assert "cannot be undone" in denied["reason"]
    answer = await cast.machines.gate(ON_CHECKOUT)
    assert (answer["verdict"], "denied it" in str(answer["reasons"])) == ("hold", True)


@on_both
async def test_only_the_commander_of_now_decides(cast: Cast, record: Record) -> None:
    """The button carries command's number: neither others nor a former commander can use it."""
    await commanded(cast, "bob")
    card = await asked(cast)
    await card.button("Approve").press(as_="dev")
    await cast.channel().expect("Only the commander, @bob, can decide about changes", as_="dev")

    await cast.command("bob", "handover <@U0ADA>")
    brief = await cast.whispered("ada", "offers you command")
    await brief.button("Accept").press(as_="ada")
    await cast.card("Commander* @ada")
    for person in ("bob", "ada"):
        await card.button("Approve").press(as_=person)
        told = await cast.channel().expect("This button is from an earlier command", as_=person)
        assert "@ada holds command now" in told.text
    assert await record.log("ChangeApproved") == []

    await cast.command("ada", "approve")
    fresh = await cast.channel().expect("Waiting for the commander in", as_="ada")
    await fresh.button("Approve").press(as_="ada")
    await cast.said("Approved by @ada")
    assert await verdict(cast, ON_CHECKOUT) == "allow"


@once
async def test_nobody_approves_their_own_change(cast: Cast, record: Record) -> None:
    await commanded(cast)
    own = ON_CHECKOUT | {"requester": "U0ADA"}
    assert await verdict(cast, own) == "needs_approval"
    card = await cast.said("asks to pass the freeze")
    await card.button("Approve").press(as_="ada")
    await cast.channel().expect("You asked for github:acme/payments:7714 yourself", as_="ada")
    assert await verdict(cast, own) == "needs_approval"
    assert await record.log("ChangeApproved") == []


@once
async def test_a_second_decision_is_told_that_there_was_a_first(cast: Cast) -> None:
    await commanded(cast)
    card = await asked(cast)
    await card.button("Deny").press(as_="ada")
    form = await cast.person("ada").modal()
    await card.button("Approve").press(as_="ada")
    await cast.said("Approved by @ada")
    late = await form.submit({"reason": "on second thoughts"})
    assert late.kind == "errors"
    assert "already decided by Ada" in " ".join(late.errors.values())
    assert await verdict(cast, ON_CHECKOUT) == "allow"


@on_both
async def test_the_freeze_is_lifted_by_hand_with_a_reason(cast: Cast, record: Record) -> None:
    await commanded(cast)
    assert await verdict(cast, FEATURE) == "hold"
    form = await cast.form("ada", "thaw")
    assert "1 held change" in form.text
    await form.submit({"reason": "payments runs on 4.11 again"})
    lifted = await cast.said("Freeze lifted by @ada: payments runs on 4.11 again")
    assert "1 held change may ask again" in lifted.text
    (entry,) = await record.bodies("FreezeLifted")
    assert entry["released"] == ["github:acme/checkout:812"]
    assert await verdict(cast, FEATURE) == "allow"


@once
async def test_lifting_one_freeze_leaves_what_another_one_holds(cast: Cast) -> None:
    """T-c 27."""
    await commanded(cast)
    await declared(cast, service="orders-db", title="slow queries", number=2)
    answer = await cast.machines.gate(FEATURE)
    assert {reason["cause"] for reason in answer["reasons"]} == {"INC-1", "INC-2"}
    cast.room = "inc-1-checkout"
    await (await cast.form("ada", "thaw")).submit({"reason": "checkout is fine"})
    await cast.said("Freeze lifted by @ada")
    answer = await cast.machines.gate(FEATURE)
    assert answer["verdict"] == "hold"
    assert [reason["cause"] for reason in answer["reasons"] if reason["decision"] == "hold"] == ["INC-2"]


@once
async def test_what_has_nothing_to_do_with_it_goes_on(cast: Cast, record: Record) -> None:
    assert await verdict(cast, FEATURE) == "allow", "nothing is on fire yet"
    await commanded(cast)
    assert await verdict(cast, FEATURE | {"env": "staging"}) == "allow"
    assert await verdict(cast, UNRELATED) == "allow"
    unknown = await cast.machines.gate(FEATURE | {"ref": "CHG-9", "services": ["mystery"]})
    assert (unknown["verdict"], unknown["change"]["unknown_services"]) == ("hold", ["mystery"])
    assert "Name it as an alias" in str(unknown["reasons"])
    assert [body["ref"] for body in await record.bodies("ChangeHeld")] == ["CHG-9"]


@once
async def test_what_was_running_when_it_began_is_the_commanders_call(cast: Cast) -> None:
    """T-c 13."""
    started = (await cast.machines.now()).isoformat()
    await cast.house.advance(MINUTE)
    await commanded(cast)
    answer = await cast.machines.gate(FEATURE | {"op_started_at": started})
    assert (answer["verdict"], answer["approvers"]) == ("needs_approval", ["commander"])
