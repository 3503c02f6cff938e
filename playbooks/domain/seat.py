"""The commander's seat: who sits in it, and since which fencing number.

One seat per incident, with one holder and never none after the first: every tenure begins
at the instant at which the last one ended. Each carries a fencing number one above the
last, so that a button drawn under an earlier command is recognised and refused.

Rules take records and return new ones; the caller stores all of a result or none of it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from playbooks.domain.authority import Action, Actor, require
from playbooks.domain.command import Seating, Tenure
from playbooks.domain.errors import (
    AlreadyInCommand,
    SeatTaken,
)
from playbooks.domain.handbook import Handbook
from playbooks.domain.ids import IncidentId, TenureId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class Seated:
    """The seat changed hands. ``opened.fence`` is the incident's new fence."""

    closed: Tenure | None
    """The tenure that ended at the instant at which the new one began; None for the first."""
    opened: Tenure


def seat(
    holder: Tenure | None,
    user: UserId,
    *,
    how: Seating,
    tenure_id: TenureId,
    incident: IncidentId,
    fence: int,
    at: datetime,
) -> Seated:
    """Put somebody in the seat, whoever sits there, leaving neither gap nor overlap.

    ``fence`` is the incident's newest fencing number. A clock that runs behind the one that
    seated the holder cannot make the holder's tenure end before it began.
    """
    since = max(at, holder.since) if holder else at
    newest = max(fence, holder.fence) if holder else fence
    opened = Tenure(
        id=tenure_id, incident=incident, user=user, since=since, until=None, how=how, fence=newest + 1
    )
    return Seated(closed=vacate(holder, at=since) if holder else None, opened=opened)


def claim(
    holder: Tenure | None,
    by: UserId,
    *,
    tenure_id: TenureId,
    incident: IncidentId,
    fence: int,
    at: datetime,
    searched: bool = False,
) -> Seated:
    """Take the vacant seat, at once and without asking anybody.

    ``searched`` says that its holder cannot be found, so that it counts as vacant. Raises
    AlreadyInCommand if the claimant holds it, SeatTaken if somebody else does.
    """
    if holder is not None and holder.user == by:
        raise AlreadyInCommand
    if holder is not None and not searched:
        raise SeatTaken(holder.user, holder.since)
    return seat(holder, by, how=Seating.CLAIM, tenure_id=tenure_id, incident=incident, fence=fence, at=at)


def take_over(
    holder: Tenure | None,
    by: UserId,
    *,
    handbook: Handbook,
    tenure_id: TenureId,
    incident: IncidentId,
    fence: int,
    at: datetime,
) -> Seated:
    """A duty manager or an executive takes command in person, from whoever holds it and at any time.

    It cannot be contested: whoever overrules the commander keeps the duty until a handover.
    While a contest is open, ``contest.overrule`` is the way. Raises NotYourRole or AlreadyInCommand.
    """
    require(Actor(user=by), Action.OVERRIDE, handbook=handbook, tenure=holder, incident=None)
    if holder is not None and holder.user == by:
        raise AlreadyInCommand
    return seat(holder, by, how=Seating.OVERRIDE, tenure_id=tenure_id, incident=incident, fence=fence, at=at)


def vacate(holder: Tenure, *, at: datetime) -> Tenure:
    """End the tenure because the incident is over or somebody else was seated."""
    return replace(holder, until=max(at, holder.since))
