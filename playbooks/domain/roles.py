"""Roles beside the commander's: whoever commands appoints, and whoever is appointed may decline.

A deputy succeeds a commander who cannot be found, so nobody deputises for themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from playbooks.domain.authority import Action, Actor, require
from playbooks.domain.command import Tenure
from playbooks.domain.errors import NeedsWords, NotNeeded, NotYourRole, mention
from playbooks.domain.handbook import Handbook
from playbooks.domain.ids import AssignmentId, IncidentId, UserId, is_person
from playbooks.domain.role import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """One person's time in a role, half-open: [since, until). ``until`` None means now."""

    id: AssignmentId
    incident: IncidentId
    role: Role
    user: UserId
    by: UserId
    since: datetime
    until: datetime | None = None


def appoint(
    current: Sequence[Assignment],
    tenure: Tenure | None,
    by: UserId,
    to: UserId,
    *,
    role: Role,
    assignment_id: AssignmentId,
    incident: IncidentId,
    handbook: Handbook,
    at: datetime,
) -> tuple[Assignment | None, Assignment]:
    """The assignment that ends with it, if any, and the new one.

    ``current`` are the roles of the incident now. Raises NotYourRole, NeedsWords, NotNeeded.
    """
    require(Actor(user=by), Action.APPOINT, handbook=handbook, tenure=tenure, incident=None)
    if not is_person(to):
        raise NeedsWords(f"Name the person: /incident {role} @ada")
    if role is Role.DEPUTY and tenure is not None and tenure.user == to:
        raise NotNeeded(f"{mention(to)} commands, and cannot be their own deputy.")
    if role is Role.COMMS and tenure is not None and tenure.user == to:
        raise NotNeeded(f"{mention(to)} commands, and may release and send already. Name somebody else.")
    before = holder(current, role)
    if before is not None and before.user == to:
        raise NotNeeded(f"{mention(to)} is {role.words} already.")
    given = Assignment(id=assignment_id, incident=incident, role=role, user=to, by=by, since=at)
    return (end(before, at=at) if before else None), given


def lay_down(current: Sequence[Assignment], by: UserId, *, role: Role, at: datetime) -> Assignment:
    """Whoever holds the role cannot, or need not any more. Raises NotYourRole."""
    held = holder(current, role)
    if held is None or held.user != by:
        raise NotYourRole(f"lay down the role of {role.words}", mention(held.user) if held else "its holder")
    return end(held, at=at)


def holder(current: Sequence[Assignment], role: Role) -> Assignment | None:
    """Who has the role now."""
    return next((held for held in current if held.role is role and held.until is None), None)


def comms_of(current: Sequence[Assignment]) -> tuple[UserId, ...]:
    """Who speaks to the stakeholders of this incident, beside those of the roster."""
    held = holder(current, Role.COMMS)
    return (held.user,) if held is not None else ()


def end(held: Assignment, *, at: datetime) -> Assignment:
    """The role is free again."""
    return replace(held, until=max(at, held.since))
