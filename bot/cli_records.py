"""``tocsin export`` and ``tocsin replay``: a log to take away, and the state told again from it."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime

import click

from bot.cli_audit import INCIDENT
from bot.offline import with_store
from bot.refusals import Refusal
from handlers.exporting import EXPORTS
from playbooks.domain.entry import Entry, plain
from playbooks.domain.ids import IncidentId, incident_name
from playbooks.domain.incident import Incident
from playbooks.domain.retold import Told, differences, recorded, retell
from storage.uow import Store


@click.command()
@click.argument("incident", type=INCIDENT)
@click.option("--format", "form", type=click.Choice(list(EXPORTS)), default="markdown", show_default=True)
def export(*, incident: IncidentId, form: str) -> None:
    """Print the whole log of an incident, sorted by when things happened."""
    found, _, entries = _read(incident)
    click.echo(EXPORTS[form](found, entries), nl=False)


@click.command()
@click.argument("incident", type=INCIDENT)
@click.option("--until", type=click.DateTime(), help="As it was known at this instant (UTC).")
def replay(*, incident: IncidentId, until: datetime | None) -> None:
    """Tell the state of an incident from its log alone, and compare it with the records."""
    _, record, entries = _read(incident)
    if until is not None:
        entries = [entry for entry in entries if entry.recorded_at <= until.replace(tzinfo=UTC)]
    told, changes = retell(entries)
    for change in changes:
        click.echo(f"{change.seq:>6}  {change.at:%Y-%m-%d %H:%M:%S}  {change.by}  {change.what}: "
                   f"{change.before!s} → {change.after!s}  ({change.reason})")  # fmt: skip
    click.echo(json.dumps(plain(told), indent=2, ensure_ascii=False))
    wrong = () if until is not None else differences(told, record)
    for difference in wrong:
        click.echo(f"DIFFERENT  {difference}")
    if wrong:
        sys.exit(1)


def _read(number: IncidentId) -> tuple[Incident, Told, Sequence[Entry]]:
    async def read(store: Store) -> tuple[Incident, Told, Sequence[Entry]] | None:
        async with store.reading() as unit:
            found = await unit.incidents.find(number)
            if found is None:
                return None
            record = recorded(found, await unit.tenures.current(number))
            return found, record, await unit.entries.of(number)

    found = with_store(read)
    if found is None:
        raise Refusal(f"There is no {incident_name(number)}.")
    return found
