"""Workstreams: the work on one impacted service, and who leads it.

A service's workstream is told as stretches of time that follow each other without a gap; each
has one lead, or none. The first lead is whoever is on call for it. Afterwards the lead passes
by an offer that is accepted. What two people push back and forth, or nobody takes, the commander
decides.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from playbooks.domain.command import Handover, HandoverState
from playbooks.domain.errors import AlreadyDecided, NeedsWords, NotNeeded, NotYourRole, mention, mentions
from playbooks.domain.handbook import Handbook
from playbooks.domain.ids import IncidentId, ServiceName, UserId, WorkstreamId, is_person
from playbooks.domain.instants import time_of
from playbooks.schema import Command


class Led(StrEnum):
    """How somebody came to lead."""

    ON_CALL = "on_call"
    CLAIM = "claim"
    """Nobody led, and they said that they do."""
    HANDOVER = "handover"
    DECREE = "decree"
    """The commander decided."""


class Wanted(StrEnum):
    """Why the commander has to decide."""

    BOUNCED = "bounced"
    """It was offered and turned down too often."""
    VACANT = "vacant"
    """Nobody has led for too long."""


class Naming(StrEnum):
    """What it means that somebody names a lead."""

    CLAIM = "claim"
    OFFER = "offer"
    DECREE = "decree"


@dataclass(frozen=True, slots=True, kw_only=True)
class Workstream:
    """A stretch of the work on one service, half-open: [since, until). ``until`` None means now."""

    id: WorkstreamId
    incident: IncidentId
    service: ServiceName
    lead: UserId | None
    """None while nobody leads."""
    how: Led | None
    since: datetime
    until: datetime | None = None
    asked_at: datetime | None = None
    """When the commander was asked to decide."""
    version: int = 0


def first_lead(handbook: Handbook, service: ServiceName, *, unfit: Collection[UserId]) -> UserId | None:
    """Who is on call for the service: its owner's on-call, else the first of its leads."""
    return next((user for user in handbook.on_call(service) if user not in unfit), None)


def follow_up(
    stream: Workstream, lead: UserId | None, how: Led | None, *, stream_id: WorkstreamId, at: datetime
) -> tuple[Workstream, Workstream]:
    """The stretch that ends and the one that begins at the same instant."""
    since = max(at, stream.since)
    begun = replace(
        stream, id=stream_id, lead=lead, how=how, since=since, until=None, asked_at=None, version=0
    )
    return replace(stream, until=since), begun


def wanted(stream: Workstream, offers: Iterable[Handover], *, policy: Command, at: datetime) -> Wanted | None:
    """Why the commander has to decide who leads; None if nobody has to. ``offers`` may be of anything."""
    turned_down = [
        offer
        for offer in offers
        if offer.service == stream.service
        and offer.state in (HandoverState.DECLINED, HandoverState.EXPIRED)
        and offer.offered_at >= stream.since
    ]
    if len(turned_down) >= policy.lead_bounces:
        return Wanted.BOUNCED
    if stream.lead is None and at >= stream.since + policy.lead_within:
        return Wanted.VACANT
    return None


def name(
    stream: Workstream,
    by: UserId,
    to: UserId,
    *,
    decides: Sequence[UserId],
    why: Wanted | None,
    pending: Handover | None,
    at: datetime,
) -> Naming:
    """What it means that ``by`` names ``to``.

    ``decides`` may decide in a dispute; ``why`` is what ``wanted`` says and ``pending`` the offer
    that waits for its answer. Raises NeedsWords, NotNeeded, NotYourRole.
    """
    if not is_person(to):
        raise NeedsWords("Name the person: /incident lead checkout @ada")
    if stream.lead == to:
        raise NotNeeded(f"{mention(to)} leads {stream.service} already.")
    if why is not None and by in decides:
        return Naming.DECREE
    if why is Wanted.BOUNCED:
        raise NotYourRole(
            f"name the lead of {stream.service}, which was turned down too often", _who(decides)
        )
    if stream.lead is None and to == by:
        return Naming.CLAIM
    if by != stream.lead and by not in decides:
        may = mentions(dict.fromkeys((*([stream.lead] if stream.lead else []), *decides)))
        raise NotYourRole(f"offer the lead of {stream.service}", f"its lead or whoever commands ({may})")
    if pending is not None and at < pending.expires_at:
        until = time_of(pending.expires_at)
        raise NotNeeded(f"{mention(pending.taker)} is asked to lead {stream.service}, until {until}.")
    return Naming.OFFER


def lay_down(stream: Workstream, by: UserId, *, decides: Sequence[UserId]) -> None:
    """Whoever leads may stop, unless the commander decided that they lead. Raises NotYourRole."""
    if stream.lead != by:
        holder = mention(stream.lead) if stream.lead else "its lead"
        raise NotYourRole(f"lay down the lead of {stream.service}", holder)
    if stream.how is Led.DECREE:
        raise NotYourRole(
            f"name another lead of {stream.service}, because the commander decided that you lead; "
            "whether that was right is for the review",
            _who(decides),
        )


def require_current(handover: Handover, stream: Workstream | None, *, at: datetime) -> Workstream:
    """The stretch in which the lead was offered goes on. Raises AlreadyDecided."""
    if stream is None or stream.since > handover.offered_at:
        raise AlreadyDecided("Who leads it", stream.lead if stream else None, stream.since if stream else at)
    return stream


def _who(decides: Sequence[UserId]) -> str:
    return f"whoever commands ({mentions(decides)})"
