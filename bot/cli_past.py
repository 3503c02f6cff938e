"""``tocsin backfill``: the history of an older tool enters the record, and nobody is called."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, TextIO

import click
from pydantic import Field, ValidationError

from bot.offline import with_ground
from handlers.http.incidents import MAX_KEY
from handlers.http.past import Entered, enter
from handlers.http.problems import Refused
from handlers.http.reading import mistakes

if TYPE_CHECKING:
    from bot.wiring import Ground


class _Line(Entered):
    """One incident of a file, with the id that it had there."""

    key: Annotated[str, Field(min_length=1, max_length=MAX_KEY)]


@click.command()
@click.argument("history", type=click.File(encoding="utf-8"))
def backfill(history: TextIO) -> None:
    """Enter the incidents in HISTORY (a file or -): one JSON object a line, each once for its key.

    The keys are those of POST /v1/incidents/past, and "key".
    """
    lines = [(number, line) for number, line in enumerate(history, start=1) if line.strip()]
    said = with_ground(lambda ground: _entered(ground, lines))
    for line in said:
        click.echo(line)
    if any("REFUSED" in line for line in said):
        sys.exit(1)


async def _entered(ground: Ground, lines: Sequence[tuple[int, str]]) -> list[str]:
    return [f"{number:>6}  {await _what_became(ground, line)}" for number, line in lines]


async def _what_became(ground: Ground, line: str) -> str:
    """A line that cannot be entered stops no other."""
    try:
        asked = _Line.model_validate_json(line)
        incident, _ = await enter(ground.ports, asked, key=asked.key)
    except ValidationError as wrong:
        return f"REFUSED  {mistakes(wrong)}"
    except Refused as no:
        return f"REFUSED  {no.detail}"
    return f"{incident.incident}  {incident.declared_at}  {incident.title}"
