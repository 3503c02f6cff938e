"""``tocsin``: run it, check its papers, look after its database and its outbox.

Mistakes of people are answered with one sentence and exit code 2, never with a traceback.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
import sys
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar, get_args

import click
import psycopg
import yaml

from bot.clock import SystemClock
from bot.ids import TimeSortedIds
from bot.library import papers
from bot.logs import set_up
from bot.manifest import Mode, manifest
from bot.slack.client import forget_environment
from bot.slack.introduction import Unwelcome
from config.settings import Settings, load
from config.shown import revealed_secrets, shown, without_password
from config.sources import BadSettings, layers
from playbooks.loader import Broken, inspect
from storage.engine import Unreachable
from storage.outbox import OutboxQueue, OutboxRow
from storage.owing import STATES
from storage.schema import SchemaMismatch, check, head, upgrade
from storage.uow import Store

T = TypeVar("T")

_DATABASE_AWAY = (Unreachable, psycopg.OperationalError, sqlite3.OperationalError)
_COLUMNS = "{0:36}  {1:8}  {2:20}  {3:>8}  {4:>3}  {5}"


class Refusal(click.ClickException):
    """Something that a person can repair."""

    exit_code = 2


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="tocsin")
def main() -> None:
    """Tocsin runs a major incident in Slack, from alert to known error."""


@main.command()
def run() -> None:
    """Run the bot until it is asked to stop."""
    from bot.app import serve  # noqa: PLC0415 - other commands start faster without Slack's libraries

    with _in_words():
        settings = load()
        if missing := settings.missing_for_slack():
            raise BadSettings(missing)
        _begin_logging(settings)
        forget_environment()
        asyncio.run(serve(settings))


@main.command()
@click.option("--port", type=int, default=0, help="Port of the sandbox's page; 0 picks one.")
@click.option("--story", is_flag=True, help="Play a whole incident.")
@click.option("--headless", is_flag=True, help="Play it fast, print what happened, and end.")
def demo(*, port: int, story: bool, headless: bool) -> None:
    """The whole product on this machine: a Slack workspace to click in, and the bot."""
    from bot.demo.main import demonstrate  # noqa: PLC0415 - only the demo knows the sandbox

    with _in_words():
        sys.exit(demonstrate(port=port, story=story, headless=headless))


# ------------------------------------------------------------------ papers and settings
@main.command(name="check")
def check_papers() -> None:
    """Check settings, playbook and catalogue; print every mistake with file and line."""
    try:
        playbook, catalogue = papers(load())
    except BadSettings as bad:
        for mistake in bad.mistakes:
            click.echo(mistake)
        sys.exit(1)
    reading = inspect(playbook, catalogue)
    for line in reading.mistakes:
        click.echo(line)
    if reading.handbook is None:
        sys.exit(1)
    click.echo(f"{playbook} and {catalogue} are in order.")


@main.group()
def config() -> None:
    """The settings of this process."""


@config.command()
def show() -> None:
    """Print every setting, where its value comes from, and no secret."""
    with _in_words():
        rows = list(shown(load(), layers(Settings)))
    widths = [max(len(getattr(row, part)) for row in rows) for part in ("name", "value")]
    for row in rows:
        click.echo(f"{row.name:{widths[0]}}  {row.value:{widths[1]}}  {row.source}")


@main.command(name="manifest")
@click.option("--mode", type=click.Choice(get_args(Mode)), default="http", show_default=True)
@click.option("--url", default="", help="Public address of this bot; http mode needs it.")
@click.option("--format", "form", type=click.Choice(["yaml", "json"]), default="yaml", show_default=True)
def print_manifest(*, mode: Mode, url: str, form: str) -> None:
    """Print the app manifest to paste into api.slack.com/apps, "From a manifest"."""
    if mode == "http" and not url.startswith("https://") and not url.startswith("http://"):
        raise Refusal("Say how Slack reaches this bot: --url https://… (or use --mode socket).")
    value = manifest(mode=mode, url=url)
    if form == "json":
        click.echo(json.dumps(value, indent=2))
    else:
        click.echo(yaml.safe_dump(value, sort_keys=False, allow_unicode=True), nl=False)


# ------------------------------------------------------------------ the database
@main.group()
def db() -> None:
    """The shape of the database."""


@db.command(name="upgrade")
def upgrade_database() -> None:
    """Bring the database to the shape that this version needs; harmless if it has it."""
    with _in_words():
        asyncio.run(upgrade(load().database.url))
    click.echo(f"The database is at {head()}.")


@db.command(name="check")
def check_database() -> None:
    """Say whether the database has the shape that this version needs."""
    with _in_words():
        asyncio.run(check(load().database.url))
    click.echo(f"The database is at {head()}, as it should be.")


# ------------------------------------------------------------------ the outbox
@main.group()
def outbox() -> None:
    """What the bot owes to Slack."""


@outbox.command(name="list")
@click.option("--state", type=click.Choice(STATES), help="Only these; buried ones are those that failed.")
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True)
def list_outbox(*, state: str | None, limit: int) -> None:
    """List deliveries, the newest first."""
    rows = _with_outbox(lambda queue: queue.rows(state, limit))
    click.echo(_COLUMNS.format("delivery", "state", "effect", "incident", "try", "reason"))
    for row in rows:
        click.echo(_COLUMNS.format(*_columns(row)))


@outbox.command(name="show")
@click.argument("delivery")
def show_delivery(delivery: str) -> None:
    """Print everything about one delivery."""
    row = _with_outbox(lambda queue: queue.show(delivery))
    if row is None:
        raise Refusal(f"There is no delivery {delivery}. See tocsin outbox list.")
    for name, value in _told(row):
        click.echo(f"{name:15} {value}")


@outbox.command()
@click.argument("delivery")
def retry(delivery: str) -> None:
    """Have a buried delivery tried again."""
    if not _with_outbox(lambda queue: queue.revive(delivery, now=SystemClock().now())):
        raise Refusal(f"{delivery} is not buried, or the same is owed already. See tocsin outbox list.")
    click.echo("It will be tried again.")


def _with_outbox(work: Callable[[OutboxQueue], Coroutine[Any, Any, T]]) -> T:
    """Do something with the outbox of the database in the settings."""

    async def working() -> T:
        store = await Store.open(load().database.url, clock=SystemClock(), ids=TimeSortedIds())
        try:
            return await work(store.outbox)
        finally:
            await store.close()

    with _in_words():
        return asyncio.run(working())


def _columns(row: OutboxRow) -> tuple[object, ...]:
    return row.id, row.state, row.kind, row.incident, row.attempts, row.reason or ""


def _told(row: OutboxRow) -> Iterator[tuple[str, object]]:
    yield from (("delivery", row.id), ("effect", row.effect), ("lane", row.lane or "none"))
    yield from (("state", row.state), ("attempts", row.attempts), ("reason", row.reason or "none"))
    yield from (("owed at", row.owed_at), ("due at", row.due_at), ("first tried at", row.first_tried_at))
    yield from (("leased until", row.leased_until), ("by", row.worker), ("settled at", row.settled_at))
    yield "result", dict(row.result or {})


@contextmanager
def _in_words() -> Iterator[None]:
    """Whatever a person can repair becomes a sentence."""
    try:
        yield
    except SchemaMismatch as mismatch:
        raise Refusal(f"{mismatch}") from mismatch
    except (BadSettings, Broken) as wrong:
        raise Refusal("\n".join(map(str, wrong.mistakes))) from wrong
    except (Unwelcome, OSError) as trouble:
        raise Refusal(str(trouble)) from trouble
    except ExceptionGroup as several:
        unwelcome = several.subgroup(Unwelcome)
        if unwelcome is None:
            raise
        raise Refusal(str(_first(unwelcome))) from several
    except Exception as trouble:
        away = trouble if isinstance(trouble, Unreachable) else trouble.__cause__
        if not isinstance(away, _DATABASE_AWAY):
            raise
        says = str(away).strip().splitlines()[0]
        raise Refusal(f"The database does not answer: {without_password(says)}") from trouble


def _first(group: BaseExceptionGroup[Any]) -> BaseException:
    first = group.exceptions[0]
    return _first(first) if isinstance(first, BaseExceptionGroup) else first


def _begin_logging(settings: Settings) -> None:
    set_up(level=settings.log.level, form=settings.log.format, secrets=revealed_secrets(settings))


if __name__ == "__main__":
    main()
