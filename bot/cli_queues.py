"""``tocsin outbox`` and ``tocsin inbox``: what is owed to Slack, and what arrived."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from bot.clock import SystemClock
from bot.offline import with_ground, with_store
from bot.refusals import Refusal
from storage import inbox as arrivals
from storage import owing
from storage.inbox import InboxRow
from storage.outbox import OutboxRow

if TYPE_CHECKING:
    from bot.wiring import Ground

_OWED = "{0:36}  {1:8}  {2:20}  {3:>8}  {4:>3}  {5}"
_ARRIVED = "{0:36}  {1:11}  {2:20}  {3:20}  {4:>3}  {5}"


# ------------------------------------------------------------------ the outbox
@click.group()
def outbox() -> None:
    """What the bot owes to Slack."""


@outbox.command(name="list")
@click.option(
    "--state", type=click.Choice(owing.STATES), help="Only these; buried ones are those that failed."
)
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True)
def list_outbox(*, state: str | None, limit: int) -> None:
    """List deliveries, the newest first."""
    rows = with_store(lambda store: store.outbox.rows(state, limit))
    click.echo(_OWED.format("delivery", "state", "effect", "incident", "try", "reason"))
    for row in rows:
        click.echo(
            _OWED.format(row.id, row.state, row.kind, row.incident, row.attempts, row.reason or "").rstrip()
        )


@outbox.command(name="show")
@click.argument("delivery")
def show_delivery(delivery: str) -> None:
    """Print everything about one delivery."""
    row = with_store(lambda store: store.outbox.show(delivery))
    if row is None:
        raise Refusal(f"There is no delivery {delivery}. See tocsin outbox list.")
    _print(_owed(row))


@outbox.command()
@click.argument("delivery")
def retry(delivery: str) -> None:
    """Have a buried delivery tried again."""
    if not with_store(lambda store: store.outbox.revive(delivery, now=SystemClock().now())):
        raise Refusal(f"{delivery} is not buried, or the same is owed already. See tocsin outbox list.")
    click.echo("It will be tried again.")


@outbox.command()
@click.argument("delivery")
@click.option("--reason", default="an operator gave it up", show_default=True, help="Shown to people.")
def bury(delivery: str, *, reason: str) -> None:
    """Give a delivery up that waits; whoever is in charge is told, and what stood behind it goes on."""
    from bot.delivery.deliver import buried  # noqa: PLC0415 - other commands start faster without Slack's libraries

    async def give_up(ground: Ground) -> bool:
        return await ground.store.outbox.give_up(
            delivery,
            now=ground.wall.now(),
            reason=reason,
            then=lambda effect: buried(effect, ground.ports, delivery=delivery, reason=reason),
        )

    if not with_ground(give_up):
        raise Refusal(
            f"{delivery} does not wait: it is being delivered now, or over. See tocsin outbox show."
        )
    click.echo("It is given up. tocsin outbox retry takes that back.")


def _owed(row: OutboxRow) -> Iterator[tuple[str, object]]:
    """Everything about a delivery; one that this version cannot read is shown all the same."""
    yield from (("delivery", row.id), ("incident", row.incident), ("effect", row.effect or row.kind))
    yield from (("lane", row.lane or "none"), ("state", row.state), ("attempts", row.attempts))
    yield from (("reason", row.reason or "none"), ("owed at", row.owed_at), ("due at", row.due_at))
    yield from (("first tried at", row.first_tried_at), ("leased until", row.leased_until))
    yield from (("by", row.worker), ("settled at", row.settled_at), ("result", dict(row.result or {})))


# ------------------------------------------------------------------ the inbox
@click.group()
def inbox() -> None:
    """What arrived from Slack and from monitoring."""


@inbox.command(name="list")
@click.option(
    "--state", type=click.Choice(arrivals.STATES), help="Only these; quarantined ones nobody understood."
)
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True)
def list_inbox(*, state: str | None, limit: int) -> None:
    """List arrivals, the newest first."""
    rows = with_store(lambda store: store.inbox.rows(state, limit))
    click.echo(_ARRIVED.format("arrival", "state", "source", "received at", "try", "reason"))
    for row in rows:
        at = f"{row.received_at:%Y-%m-%d %H:%M:%S}"
        click.echo(
            _ARRIVED.format(row.id, row.state, row.source, at, row.attempts, row.reason or "").rstrip()
        )


@inbox.command(name="show")
@click.argument("arrival")
def show_arrival(arrival: str) -> None:
    """Print one arrival as it came. It may hold what people wrote."""
    row = with_store(lambda store: store.inbox.show(arrival))
    if row is None:
        raise Refusal(f"There is no arrival {arrival}. See tocsin inbox list.")
    _print(_arrived(row))
    click.echo(row.body.decode(errors="replace"))


@inbox.command()
@click.argument("arrival")
def replay(arrival: str) -> None:
    """Have an arrival thought about again, after what was wrong with it is repaired."""
    if not with_store(lambda store: store.inbox.replay(arrival, now=SystemClock().now())):
        raise Refusal(f"{arrival} is neither done nor quarantined. See tocsin inbox list.")
    click.echo("It will be thought about again.")


def _arrived(row: InboxRow) -> Iterator[tuple[str, object]]:
    yield from (("arrival", row.id), ("source", row.source), ("key", row.key), ("state", row.state))
    yield from (("received at", row.received_at), ("attempts", row.attempts))
    yield from (("reason", row.reason or "none"), ("headers", dict(row.headers)))


# ------------------------------------------------------------------ with the database
def _print(told: Iterator[tuple[str, object]]) -> None:
    for name, value in told:
        click.echo(f"{name:15} {value}")
