"""``tocsin replay``: the whole record of an incident, told again from its log."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import click
from pydantic import TypeAdapter, ValidationError

from bot.cli_audit import INCIDENT
from bot.offline import with_store
from bot.refusals import Refusal
from playbooks.domain.entry import Entry, first_broken
from playbooks.domain.ids import IncidentId, incident_name
from playbooks.domain.retelling import Record, Untold, tell
from playbooks.domain.retelling.account import Account, differences, fingerprint, kept, told
from playbooks.domain.retold import retell
from storage.mapping import Unreadable, events_of
from storage.uow import Store

_EXPORTED = TypeAdapter(list[Entry])


@click.command()
@click.argument("incident", type=INCIDENT, required=False)
@click.option(
    "--from",
    "copy",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A log that was taken away as JSON, instead of the database.",
)
@click.option("--until", type=click.DateTime(), help="As it was known at this instant (UTC).")
@click.option("--whole", is_flag=True, help="Print every row that was told, as JSON.")
def replay(*, incident: IncidentId | None, copy: Path | None, until: datetime | None, whole: bool) -> None:
    """Tell the whole record of an incident from its log alone, and compare it with the database."""
    if (incident is None) is (copy is None):
        raise Refusal("Name an incident, or a file: tocsin replay INC-7, tocsin replay --from inc-7.json")
    entries, record = (_copied(copy), None) if copy is not None else _read(incident or IncidentId(0))
    if until is not None:
        record = None
        entries = [entry for entry in entries if entry.recorded_at <= until.replace(tzinfo=UTC)]
    broken = first_broken(entries)
    if broken is not None:
        click.echo(f"BROKEN at entry {broken.seq}: it is not as it was written")
        sys.exit(1)
    account = told(_told(entries, incident))
    _print(entries, account, whole=whole or until is not None)
    wrong = () if record is None else differences(account, record)
    for difference in wrong:
        click.echo(f"DIFFERENT  {difference}")
    if wrong:
        sys.exit(1)


def _print(entries: Sequence[Entry], account: Account, *, whole: bool) -> None:
    for change in retell(entries)[1]:
        click.echo(f"{change.seq:>6}  {change.at:%Y-%m-%d %H:%M:%S}  {change.by}  {change.what}: "
                   f"{change.before!s} → {change.after!s}  ({change.reason})")  # fmt: skip
    if whole:
        click.echo(json.dumps(account, indent=2, ensure_ascii=False))
    rows = ", ".join(f"{table} {len(some)}" for table, some in account.items())
    click.echo(f"{len(entries)} entries told {rows or 'nothing'}")
    click.echo(f"record {fingerprint(account)}")


def _told(entries: Sequence[Entry], incident: IncidentId | None) -> Record:
    number = incident or (entries[0].incident if entries else IncidentId(0))
    try:
        return tell(number, events_of(entries))
    except (Untold, Unreadable) as broken:
        raise Refusal(f"This log cannot be told: {broken}.") from broken


def _copied(path: Path) -> list[Entry]:
    """The entries of an export, in order of ``seq``."""
    try:
        written = json.loads(path.read_text(encoding="utf-8"))
        entries = _EXPORTED.validate_python(written["entries"])
    except (ValueError, KeyError, TypeError, ValidationError) as wrong:
        raise Refusal(f"{path} is no log as `tocsin export --format json` writes it.") from wrong
    return sorted(entries, key=lambda entry: entry.seq)


def _read(number: IncidentId) -> tuple[list[Entry], Account]:
    async def read(store: Store) -> tuple[list[Entry], Account] | None:
        async with store.reading() as unit:
            if await unit.incidents.find(number) is None:
                return None
            return list(await unit.entries.of(number)), kept(await unit.rows_of(number))

    found = with_store(read)
    if found is None:
        raise Refusal(f"There is no {incident_name(number)}.")
    return found
