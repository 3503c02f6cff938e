"""``tocsin export``: a log to take away."""

from __future__ import annotations

from collections.abc import Sequence

import click

from bot.cli_audit import INCIDENT
from bot.offline import with_store
from bot.refusals import Refusal
from handlers.exporting import EXPORTS
from playbooks.domain.entry import Entry
from playbooks.domain.ids import IncidentId, incident_name
from playbooks.domain.incident import Incident
from storage.uow import Store


@click.command()
@click.argument("incident", type=INCIDENT)
@click.option("--format", "form", type=click.Choice(list(EXPORTS)), default="markdown", show_default=True)
def export(*, incident: IncidentId, form: str) -> None:
    """Print the whole log of an incident, sorted by when things happened."""
    found, entries = _read(incident)
    click.echo(EXPORTS[form](found, entries), nl=False)


def _read(number: IncidentId) -> tuple[Incident, Sequence[Entry]]:
    async def read(store: Store) -> tuple[Incident, Sequence[Entry]] | None:
        async with store.reading() as unit:
            found = await unit.incidents.find(number)
            return None if found is None else (found, await unit.entries.of(number))

    found = with_store(read)
    if found is None:
        raise Refusal(f"There is no {incident_name(number)}.")
    return found
