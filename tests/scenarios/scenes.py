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
    await cast.command(by, f"declare {service} {title}", room="incidents")
    return await cast.card(f"INC-{number}")


async def commanded(cast: Cast, by: str = "ada") -> Message:
    """An incident that somebody leads; the card, once it says so."""
    card = await declared(cast)
    await card.button("Take command").press(as_=by)
    await cast.said("has command")
    return await cast.card(f"Commander* @{by}")


async def resolved(cast: Cast, by: str = "ada") -> None:
    """It is over."""
    await (await cast.form(by, "resolve")).submit({"code": "solution provided", "note": "rolled back"})
    await cast.said("Resolved* by")
