"""Short ways to a later step: somebody declares, somebody commands, it is over."""

from __future__ import annotations

from bot.demo.cast import Cast
from sandbox.testing import Message

TITLE = "customers cannot pay"


async def declared(
    cast: Cast, *, by: str = "ada", service: str = "checkout", title: str = TITLE, number: int = 1
) -> Message:
    """Somebody declares in the incidents channel; the card, once the war room shows it."""
    cast.room = f"inc-{number}-{service}"
    answer = await cast.command(by, f"declare {service} {title}", room="incidents")
    if "Nothing is declared yet" in answer:
        await declared_anyway(cast, by)
    return await cast.card(f"INC-{number}")


async def declared_anyway(cast: Cast, by: str) -> None:
    """Somebody who was shown what looks alike means something else."""
    messages = await cast.channel("incidents").messages(as_=by)
    asked = next(m for m in reversed(messages) if "Nothing is declared yet" in m.text)
    await asked.button("Declare anyway").press(as_=by)


async def commanded(cast: Cast, by: str = "ada") -> Message:
    """An incident that somebody leads; the card, once it says so."""
    card = await declared(cast)
    await card.button("Take command").press(as_=by)
    await cast.said("has command")
    return await cast.card(f"Commander* @{by}")


async def resolved(cast: Cast, by: str = "ada") -> None:
    """It is over, whatever monitoring still says."""
    form = await cast.form(by, "resolve")
    asked = any(block.get("block_id") == "despite" for block in form.raw["blocks"])
    why = {"despite": "the rollback is out"} if asked else {}
    await form.submit({"code": "solution provided", "note": "rolled back", **why})
    await cast.said("Resolved* by")
