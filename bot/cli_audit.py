"""``tocsin audit``: whether the logs are as they were written, and how words leave them lawfully."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence

import click

from bot.offline import with_ground, with_store
from bot.refusals import Refusal
from playbooks.domain.audit import Finding
from playbooks.domain.errors import ProtocolError
from playbooks.domain.ids import IncidentId, UserId, incident_name
from playbooks.protocol.forgetting import remove_words
from storage.uow import Store

_NAMED = re.compile(r"(?:inc-?)?(\d{1,9})", re.IGNORECASE)
_HASH = re.compile(r"[0-9a-f]{8,64}")


class IncidentNumber(click.ParamType[IncidentId]):
    """``7``, ``INC-7``, ``inc7``."""

    name = "incident"

    def convert(
        self, value: str | int, param: click.Parameter | None, ctx: click.Context | None
    ) -> IncidentId:
        named = _NAMED.fullmatch(str(value))
        if named is None:
            self.fail(f"{value!r} is no incident. Write INC-7, or 7.", param, ctx)
        return IncidentId(int(named[1]))


INCIDENT = IncidentNumber()


@click.group()
def audit() -> None:
    """The logs of incidents, and whether anybody changed them."""


@audit.command()
@click.argument("incident", type=INCIDENT, required=False)
@click.option("--head", default="", help="A hash the log is known to hold, such as the one on its card.")
def verify(*, incident: IncidentId | None, head: str) -> None:
    """Walk every log, or one, and name the first entry that is not as it was written."""
    if head and (incident is None or not _HASH.fullmatch(head)):
        raise Refusal("--head is for one incident, and takes at least eight digits of a hash: 3fa94c01")
    findings = with_store(lambda store: _verify(store, incident, head))
    if incident is not None and not findings:
        raise Refusal(f"There is no log of {incident_name(incident)}.")
    for finding in findings:
        click.echo(_says(finding))
        if not finding.has_wanted:
            click.echo(f"No entry has the hash {head}: entries are gone, or all were written anew.")
    if any(finding.broken or not finding.has_wanted for finding in findings):
        sys.exit(1)


@audit.command(name="remove")
@click.argument("incident", type=INCIDENT)
@click.argument("entry", type=click.IntRange(min=1))
@click.option("--by", required=True, help="The Slack user id of whoever ordered it.")
@click.option("--reason", required=True, help="Written into the log, for good.")
def remove(*, incident: IncidentId, entry: int, by: str, reason: str) -> None:
    """Take the words of a message out of a log; that they are gone, and why, is written into it."""
    try:
        event = with_ground(
            lambda ground: remove_words(
                ground.ports, incident=incident, seq=entry, by=UserId(by), reason=reason
            )
        )
    except ProtocolError as no:
        raise Refusal(str(no)) from no
    click.echo(f"Removed from {', '.join(map(str, event.entries))}. The chain holds, and says so.")


async def _verify(store: Store, incident: IncidentId | None, head: str) -> Sequence[Finding]:
    there = await store.ledger.incidents()
    wanted = [number for number in there if incident in (None, number)]
    return [await store.ledger.audit(number, head=head) for number in wanted]


def _says(finding: Finding) -> str:
    name = incident_name(finding.incident)
    if finding.broken is not None:
        return f"{name}  BROKEN at entry {finding.broken.seq}: {finding.broken.why}."
    gone = f", {len(finding.gaps)} without words, as entries say" if finding.gaps else ""
    return f"{name}  whole: {finding.entries} entries{gone}, ends with {finding.head[:16]}"
