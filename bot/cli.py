"""``tocsin``: run it, check its papers, look after its database and its outbox.

Mistakes of people are answered with one sentence and exit code 2, never with a traceback.
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import get_args

import click
import yaml

from bot.cli_audit import audit
from bot.cli_catalogue import catalogue
from bot.cli_past import backfill
from bot.cli_queues import inbox, outbox
from bot.cli_records import export
from bot.cli_replay import replay
from bot.cli_rules import rules
from bot.collector import making_what_stays
from bot.library import papers
from bot.logs import set_up
from bot.manifest import Mode, manifest
from bot.refusals import Refusal, in_words
from bot.slack.client import forget_environment
from config.settings import Settings, load
from config.shown import revealed_secrets, shown
from config.sources import BadSettings, layers
from playbooks.loader import inspect
from storage.schema import check, head, upgrade


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="tocsin")
def main() -> None:
    """Tocsin runs a major incident in Slack, from alert to known error."""


@main.command()
def run() -> None:
    """Run the bot until it is asked to stop."""
    with making_what_stays():
        from bot.app import serve  # noqa: PLC0415 - other commands start faster without Slack's libraries

    with in_words():
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

    with in_words():
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
    with in_words():
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
    with in_words():
        asyncio.run(upgrade(load().database.url))
    click.echo(f"The database is at {head()}.")


@db.command(name="check")
def check_database() -> None:
    """Say whether the database has the shape that this version needs."""
    with in_words():
        asyncio.run(check(load().database.url))
    click.echo(f"The database is at {head()}, as it should be.")


# ------------------------------------------------------------------ looking after it
main.add_command(outbox)
main.add_command(inbox)
main.add_command(rules)
main.add_command(catalogue)
main.add_command(audit)
main.add_command(export)
main.add_command(replay)
main.add_command(backfill)


@main.command()
def doctor() -> None:
    """Look at everything the bot needs, and say what to do about what is wrong."""
    from bot.checkup import check_up  # noqa: PLC0415 - other commands start faster without Slack's libraries

    forget_environment()
    findings = asyncio.run(check_up())
    width = max(len(finding.what) for finding in findings)
    for finding in findings:
        click.echo(f"{finding.state:7}  {finding.what:{width}}  {finding.says}")
        if finding.remedy:
            click.echo(f"{'':7}  {'':{width}}  → {finding.remedy}")
    if any(finding.is_wrong for finding in findings):
        sys.exit(1)


def _begin_logging(settings: Settings) -> None:
    set_up(level=settings.log.level, form=settings.log.format, secrets=revealed_secrets(settings))


if __name__ == "__main__":
    main()
