"""``tocsin catalogue``: services out of what other tools know about them."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from bot.library import papers
from bot.refusals import Refusal, in_words
from config.settings import load as load_settings
from playbooks.backstage import MAX_BYTES, Imported, NotBackstage, entities, imported, written
from playbooks.catalogue import Catalogue, Service
from playbooks.loader import load

_paper = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def catalogue() -> None:
    """Who and what exists."""


@catalogue.command(name="import")
@click.argument("files", type=_paper, nargs=-1, required=True)
@click.option("--tier", type=click.IntRange(1, 4), default=3, show_default=True, help="Of every new service.")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="Write there, not here.")
@click.option("--leave-out-dangling", is_flag=True, help="Drop dependencies on what is in no file.")
def import_catalogue(
    *, files: tuple[Path, ...], tier: int, output: Path | None, leave_out_dangling: bool
) -> None:
    """Turn Backstage's catalogue files into parties and services, to be put into your catalogue.

    Services that your catalogue has already are left out, and it is said where the two differ.
    """
    if output is not None and output.exists():
        raise Refusal(f"{output} exists already. Nothing was written; choose another name.")
    with in_words():
        ours = load(*papers(load_settings())).catalogue
    try:
        result = imported(entities(_read(files)), tier=tier, known=ours.services)
    except NotBackstage as unusable:
        raise Refusal(str(unusable)) from unusable
    for line in _told(result, ours):
        click.echo(line, err=True)
    if result.dangling and not leave_out_dangling:
        click.echo("Nothing was written. Add the files that are missing, or --leave-out-dangling.", err=True)
        sys.exit(1)
    text = written(_news(result, ours))
    if output is None:
        click.echo(text, nl=False)
    else:
        with output.open("x", encoding="utf-8") as stream:
            stream.write(text)


def _read(files: tuple[Path, ...]) -> Iterator[tuple[str, str]]:
    for file in files:
        raw = file.read_bytes()
        if len(raw) > MAX_BYTES:
            raise Refusal(f"{file} is larger than {MAX_BYTES // 1024 // 1024} MiB.")
        yield str(file), raw.decode("utf-8", errors="replace")


def _news(result: Imported, ours: Catalogue) -> Imported:
    """Only what the catalogue does not have."""
    services = {name: service for name, service in result.services.items() if name not in ours.services}
    owners = {service["owner"] for service in services.values()} - set(ours.parties)
    return Imported(
        parties={name: party for name, party in result.parties.items() if name in owners},
        services=services,
        dangling=result.dangling,
        circles=result.circles,
    )


def _told(result: Imported, ours: Catalogue) -> Iterator[str]:
    """What a person should know before they use it, on standard error."""
    yield from (f"dangling: {line}" for line in result.dangling)
    yield from (f"circle: {' → '.join((*circle, circle[0]))} need each other" for circle in result.circles)
    yield from (f"note: {line}" for line in result.notes)
    for name, service in result.services.items():
        if name in ours.services:
            differs = _differs(service, ours.services[name])
            yield f"note: {name} is in your catalogue already and was left out{differs}"


def _differs(service: Mapping[str, Any], ours: Service) -> str:
    """Where Backstage says something else about a service that is known."""
    owner = service["owner"]
    more = {edge["service"] for edge in service.get("depends_on", ())} - {e.service for e in ours.depends_on}
    said = [f"it belongs to {ours.owner} there and to {owner} in Backstage"] if owner != ours.owner else []
    said += [f"Backstage says that it needs {', '.join(sorted(more))} too"] if more else []
    return "".join(f"; {one}" for one in said)
