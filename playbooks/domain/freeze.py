"""The change freeze: which changes wait while an incident is open, and why.

Around the outage lie rings: ring 0 is what is broken, what that needs, and what shares its
machines; ring 1 is what depends on it; ring 2 is what the busy teams own besides; ring 3
is everything else. The nearer and the riskier a change, the sooner it is held. What may
remedy the incident is never held: it waits for one press of the commander.

Each freeze contributes allow, needs_approval or hold, and the strictest wins. A verdict is a
function of its input digest, so it can be replayed years later.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from playbooks.domain.change import (
    Change,
    ChangeType,
    Clearance,
    ClearanceState,
    Decision,
    Reason,
    Verdict,
)
from playbooks.domain.clearance import newest_word, require_approver
from playbooks.domain.graph import ServiceGraph
from playbooks.domain.ids import IncidentId, ServiceName, incident_name
from playbooks.schema import Freeze as Policy

__all__ = ["Freeze", "Rings", "is_production", "require_approver", "ring_of", "rings", "verdict"]

COMMANDER = "commander"
CHANGE_AUTHORITY = "change authority"
PRODUCTION = frozenset({"production", "prod", "prd", "live", ""})
"""Environments that are frozen; one that a pipeline does not name counts as production."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rings:
    """The services around an outage; what is in none of the sets is in ring 3."""

    core: frozenset[ServiceName]
    ring0: frozenset[ServiceName]
    """Contains the core."""
    ring1: frozenset[ServiceName]
    ring2: frozenset[ServiceName]

    def of(self, service: ServiceName) -> int:
        """0 for the core and what it stands on, up to 3 for everything unrelated."""
        rings = (self.ring0, self.ring1, self.ring2)
        return next((number for number, ring in enumerate(rings) if service in ring), 3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Freeze:
    """The freeze of one incident, as it is now."""

    incident: IncidentId
    severity: int
    since: datetime
    rings: Rings
    severity_name: str = ""
    """As people read it; ``SEV`` and the number if empty."""
    env: str = "production"
    """The environment of the incident; the freeze of a test system holds nothing."""
    drill: bool = False
    """Whether it is only rehearsed: then it says what it would do, and does nothing."""
    private: bool = False
    """Whether only insiders may know of its incident: then no reason names it."""


def rings(core: Iterable[ServiceName], graph: ServiceGraph) -> Rings:
    """Draw the rings around the impacted and suspected services of an incident."""
    inner = frozenset(core)
    ring0 = inner | graph.needs(inner) | graph.hosts_shared_with(inner)
    ring1 = (graph.dependants(inner) | graph.soft_neighbours(inner)) - ring0
    ring2 = graph.owned_with(inner) - ring0 - ring1
    return Rings(core=inner, ring0=ring0, ring1=ring1, ring2=ring2)


def ring_of(change: Change, drawn: Rings) -> int:
    """The innermost ring that the change touches. An unknown name could be anything: ring 0."""
    return _nearest(change, drawn)[0]


def is_production(env: str) -> bool:
    """Whether changes to the environment can be frozen."""
    return env.strip().casefold() in PRODUCTION


def verdict(
    change: Change,
    freezes: Sequence[Freeze],
    clearances: Sequence[Clearance],
    *,
    policy: Policy,
    at: datetime,
) -> Verdict:
    """May the change go ahead? The strictest contribution wins, and every rule says its reason."""
    active = sorted((f for f in freezes if is_production(f.env)), key=lambda freeze: freeze.incident)
    words = [
        newest_word(clearances, change, incident=freeze.incident, since=freeze.since, at=at)
        for freeze in active
    ]
    reasons = _reasons(change, active, words, policy)
    decision = max(reason.decision for reason in reasons)
    allowed = decision is Decision.ALLOW
    expiries = [word.expires_at for word in words if word and word.expires_at]
    return Verdict(
        decision=decision,
        reasons=tuple(sorted(reasons, key=lambda reason: -reason.decision)),
        input_digest=_input_digest(change, active, words, policy),
        at=at,
        valid_until=min((at + policy.allow_valid, *expiries)) if allowed else None,
        retry_after=0 if allowed else int(policy.retry_after.total_seconds()),
    )


# ------------------------------------------------------------------ contributions
def _reasons(
    change: Change, freezes: Sequence[Freeze], words: Sequence[Clearance | None], policy: Policy
) -> list[Reason]:
    if not is_production(change.env):
        text = f"Only production is frozen, and this change is for {change.env}."
        return [Reason(code="non_production", decision=Decision.ALLOW, text=text)]
    reasons = [] if change.services else [_unknown_scope(change)]
    for freeze, word in zip(freezes, words, strict=True):
        contribution = _contribution(change, freeze, policy)
        if freeze.drill:
            reasons.append(_rehearsed(freeze, contribution))
            continue
        decided = _after_word(contribution, word) if word else contribution
        reasons += _masked(decided) if freeze.private else [decided]
    nothing = Reason(code="no_freeze", decision=Decision.ALLOW, text="No freeze is on.")
    return reasons or [nothing]


def _masked(reason: Reason) -> list[Reason]:
    """What a pipeline may read of a private incident's freeze; nothing where it lets the change pass."""
    text = {
        Decision.HOLD: "A private incident holds this change. A duty manager can ask those who lead it.",
        Decision.NEEDS_APPROVAL: "A private incident holds this change, and its commander decides.",
    }.get(reason.decision)
    return [] if text is None else [replace(reason, code="private", text=text, private=True)]


def _rehearsed(freeze: Freeze, contribution: Reason) -> Reason:
    """What the freeze of a drill would have said; it holds nothing and asks nobody."""
    would = {
        Decision.HOLD: "would have been held",
        Decision.NEEDS_APPROVAL: "would have waited for approval",
        Decision.ALLOW: "would have passed",
    }
    text = f"drill: {would[contribution.decision]}. {contribution.text}"
    return Reason(code="drill", decision=Decision.ALLOW, text=text, incident=freeze.incident)


def _contribution(change: Change, freeze: Freeze, policy: Policy) -> Reason:
    """What one freeze says about the change, before the commander's word on it."""
    thresholds = policy.thresholds.get(freeze.severity, ())
    name = f"{incident_name(freeze.incident)} ({freeze.severity_name or f'SEV{freeze.severity}'})"
    if not any(thresholds):
        return _allow(freeze, "severity", f"{name} holds no changes.")
    ring, service = _nearest(change, freeze.rings)
    return _for_a_person(change, freeze, ring, name) or _by_risk(
        change, freeze, ring, name, service=service, threshold=thresholds[ring]
    )


def _for_a_person(change: Change, freeze: Freeze, ring: int, name: str) -> Reason | None:
    """What may be part of the repair is never held, and emergencies are judged by people."""
    if change.remedies == freeze.incident:
        return _ask(freeze, "remedy", f"It is meant to remedy {name}: the commander decides.")
    if change.rollback_of and ring == 0:
        return _ask(freeze, "rollback", f"It undoes {change.rollback_of}: the commander of {name} decides.")
    if change.kind is ChangeType.EMERGENCY:
        return _emergency(freeze, ring, name)
    return None


def _by_risk(
    change: Change, freeze: Freeze, ring: int, name: str, *, service: str, threshold: int | None
) -> Reason:
    """The nearer and the riskier, the sooner it is held; null in the table holds nothing."""
    risk = change.risk.name.lower()
    if threshold is None or change.risk < threshold:
        return _allow(freeze, f"ring{ring}", f"{name} lets {risk} risk pass in ring {ring}.")
    if change.rollback_of:
        return _ask(freeze, "rollback", f"It undoes {change.rollback_of}: the commander of {name} decides.")
    if change.op_started_at is not None and change.op_started_at < freeze.since:
        return _ask(freeze, "in_flight", f"It was running when {name} began: the commander decides.")
    is_known = service in change.services
    text = _why_held(ring, service, name) if is_known else _why_unknown(service, name)
    return Reason(code=f"freeze_ring{ring}", decision=Decision.HOLD, text=text, incident=freeze.incident)


def _emergency(freeze: Freeze, ring: int, name: str) -> Reason:
    """An emergency of another kind may interfere near the outage, and nowhere else."""
    if ring > 1:
        return _allow(freeze, "emergency", f"An emergency change far from {name} may go ahead.")
    text = f"It is an emergency of another kind close to {name}: both authorities decide."
    return _ask(freeze, "emergency", text, approvers=(COMMANDER, CHANGE_AUTHORITY))


def _after_word(contribution: Reason, word: Clearance) -> Reason:
    """The commander's word overrides what the freeze alone would say."""
    if contribution.decision is Decision.ALLOW:
        return contribution
    if word.state is ClearanceState.APPROVED:
        text = f"The commander of {incident_name(word.incident)} approved it."
        return Reason(code="approved", decision=Decision.ALLOW, text=text, incident=word.incident)
    text = f"The commander of {incident_name(word.incident)} denied it: {contribution.text}"
    return Reason(code="denied", decision=Decision.HOLD, text=text, incident=word.incident)


def _nearest(change: Change, drawn: Rings) -> tuple[int, str]:
    """The innermost ring touched, and the name that touches it (the first in the alphabet)."""
    if change.unknown_services or not change.services:
        return 0, min(change.unknown_services, default="an unnamed service")
    return min((drawn.of(service), service) for service in change.services)


# ------------------------------------------------------------------ words
def _unknown_scope(change: Change) -> Reason:
    named = ", ".join(sorted(change.unknown_services)) or "no service"
    text = f"The catalogue knows none of what it touches ({named}). Add the name to a service's aliases."
    return Reason(
        code="unknown_scope",
        decision=Decision.NEEDS_APPROVAL,
        text=text,
        approvers=(CHANGE_AUTHORITY,),
    )


def _why_held(ring: int, service: str, name: str) -> str:
    """In words that do not tell which service is only suspected: pipelines are not the war room."""
    match ring:
        case 0:
            return f"{service} is at the heart of {name}: broken, needed by it, or on the same machine."
        case 1:
            return f"{service} depends on what {name} affects, or works closely with it."
        case 2:
            return f"{service} belongs to a team that is busy with {name}."
        case _:
            return f"While {name} is open, risk like this waits everywhere."


def _why_unknown(service: str, name: str) -> str:
    return f"The catalogue does not know {service}, so it counts as close to {name}. Name it as an alias."


def _allow(freeze: Freeze, code: str, text: str) -> Reason:
    return Reason(code=f"outside_{code}", decision=Decision.ALLOW, text=text, incident=freeze.incident)


def _ask(freeze: Freeze, code: str, text: str, approvers: tuple[str, ...] = (COMMANDER,)) -> Reason:
    return Reason(
        code=code,
        decision=Decision.NEEDS_APPROVAL,
        text=text,
        incident=freeze.incident,
        approvers=approvers,
    )


# ------------------------------------------------------------------ digest
def _input_digest(
    change: Change, freezes: Sequence[Freeze], words: Sequence[Clearance | None], policy: Policy
) -> str:
    """SHA-256 over all that a verdict reads, in one canonical form; order never matters."""
    read = {
        "change": {
            "id": change.id,
            "kind": change.kind,
            "risk": change.risk,
            "services": sorted(change.services),
            "unknown_services": sorted(change.unknown_services),
            "env": change.env,
            "digest": change.digest,
            "op": change.op,
            "op_started_at": change.op_started_at and change.op_started_at.isoformat(),
            "remedies": change.remedies,
            "rollback_of": change.rollback_of,
            "requester": change.requester,
        },
        "freezes": [
            {
                "incident": freeze.incident,
                "drill": freeze.drill,
                "private": freeze.private,
                "severity": freeze.severity,
                "severity_name": freeze.severity_name,
                "since": freeze.since.isoformat(),
                "rings": [
                    sorted(ring) for ring in (freeze.rings.ring0, freeze.rings.ring1, freeze.rings.ring2)
                ],
                "thresholds": policy.thresholds.get(freeze.severity),
                "word": word and [word.id, word.state, word.expires_at and word.expires_at.isoformat()],
            }
            for freeze, word in zip(freezes, words, strict=True)
        ],
    }
    canonical = json.dumps(read, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(canonical.encode()).hexdigest()
