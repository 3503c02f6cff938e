"""Two incidents turn out to be one: who may say so, and what the survivor takes over.

A candidate is merged by whoever sees it. Two incidents on which people work are never merged
in silence: both commanders have to agree, one refusal ends it, and silence changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from playbooks.domain.command import Tenure
from playbooks.domain.drill import are_of_one_kind
from playbooks.domain.errors import AlreadyDecided, IncidentOver, NotNeeded, NotYourRole, mentions
from playbooks.domain.handbook import Handbook
from playbooks.domain.ids import IncidentId, MergeId, UserId, incident_name
from playbooks.domain.incident import Incident, Major, ResolutionCode, State
from playbooks.domain.privacy import require_public


class MergeState(StrEnum):
    """asked → merged | apart."""

    ASKED = "asked"
    MERGED = "merged"
    APART = "apart"


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeProposal:
    """The question whether one incident is part of another."""

    id: MergeId
    incident: IncidentId
    """The one that would end."""
    into: IncidentId
    """The one that would go on."""
    proposed_by: UserId
    reason: str
    proposed_at: datetime
    expires_at: datetime
    agreed: tuple[IncidentId, ...] = ()
    """The sides that have said yes."""
    state: MergeState = MergeState.ASKED
    decided_by: UserId | None = None
    decided_at: datetime | None = None
    version: int = 0

    @property
    def sides(self) -> tuple[IncidentId, IncidentId]:
        return self.incident, self.into


def require_mergeable(incident: Incident, into: Incident) -> None:
    """Raises NotNeeded, IncidentOver."""
    for one in (incident, into):
        if not one.is_live:
            raise IncidentOver(one.id, one.state)
    if incident.id == into.id:
        raise NotNeeded("Name the other incident: /incident merge INC-3")
    if into.major is not Major.ACCEPTED:
        raise NotNeeded(f"{incident_name(into.id)} is only proposed. Say first whether it is major.")
    if not are_of_one_kind(incident, into):
        raise NotNeeded("One of them is a drill, and the other is not: they are two things.")
    require_public(incident, into)
    if incident.env != into.env:
        raise NotNeeded(f"One is about {incident.env}, the other about {into.env}: they are two things.")


def agree(
    proposal: MergeProposal,
    by: UserId,
    seats: Mapping[IncidentId, Tenure | None],
    handbook: Handbook,
    *,
    at: datetime,
) -> MergeProposal:
    """The proposal with one more yes; merged once both sides have said it.

    Raises AlreadyDecided, NotYourRole.
    """
    _require_open(proposal)
    mine = spoken_for(by, seats, handbook)
    if not mine:
        raise NotYourRole("agree to this merger", _who_decides(seats, handbook))
    agreed = tuple(side for side in proposal.sides if side in (*proposal.agreed, *mine))
    if len(agreed) < len(proposal.sides):
        return replace(proposal, agreed=agreed)
    return replace(proposal, agreed=agreed, state=MergeState.MERGED, decided_by=by, decided_at=at)


def keep_apart(
    proposal: MergeProposal,
    by: UserId,
    seats: Mapping[IncidentId, Tenure | None],
    handbook: Handbook,
    *,
    at: datetime,
) -> MergeProposal:
    """Either commander ends the question, and so may a duty manager. Raises AlreadyDecided, NotYourRole."""
    _require_open(proposal)
    if by not in (*(t.user for t in seats.values() if t), *handbook.duty_managers):
        raise NotYourRole("keep them apart", _who_decides(seats, handbook))
    return replace(proposal, state=MergeState.APART, decided_by=by, decided_at=at)


def spoken_for(
    by: UserId, seats: Mapping[IncidentId, Tenure | None], handbook: Handbook
) -> tuple[IncidentId, ...]:
    """The sides for which somebody may say yes: a duty manager where nobody commands."""
    return tuple(
        side
        for side, tenure in seats.items()
        if (tenure.user == by if tenure else by in handbook.duty_managers)
    )


def absorbed(survivor: Incident, other: Incident) -> Incident:
    """The survivor with the other's services, counted from the earlier beginning."""
    more = tuple(s for s in other.services if s not in survivor.services)
    return replace(
        survivor,
        services=(*survivor.services, *more),
        impact_started_at=min(survivor.impact_started_at, other.impact_started_at),
        detected_at=min(survivor.detected_at, other.detected_at),
    )


def stronger(one: Incident, other: Incident, *, order: Sequence[str]) -> Incident:
    """Of two candidates the one whose rule stands earlier in the playbook; the first if none does."""

    def place(incident: Incident) -> int:
        return order.index(incident.rule) if incident.rule in order else len(order)

    return min((one, other), key=place)


def ended(incident: Incident, into: IncidentId, *, at: datetime) -> Incident:
    """What became part of another incident; its number stays and leads there."""
    return replace(
        incident,
        state=State.MERGED,
        major=Major.NONE if incident.major is Major.PROPOSED else incident.major,
        merged_into=into,
        resolved_at=at,
        resolution=ResolutionCode.DUPLICATE,
        resolution_note=f"part of {incident_name(into)}",
        thawed_at=at if incident.freeze_since and incident.thawed_at is None else incident.thawed_at,
    )


def _require_open(proposal: MergeProposal) -> None:
    if proposal.state is not MergeState.ASKED:
        what = f"The merger of {incident_name(proposal.incident)} into {incident_name(proposal.into)}"
        raise AlreadyDecided(what, proposal.decided_by, proposal.decided_at)


def _who_decides(seats: Mapping[IncidentId, Tenure | None], handbook: Handbook) -> str:
    named = dict.fromkeys(
        user for tenure in seats.values() for user in ((tenure.user,) if tenure else handbook.duty_managers)
    )
    return f"the commanders of both ({mentions(named)})"
