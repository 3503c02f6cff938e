"""When two write-ups are about the same thing.

Words alone are not enough: real duplicates are often worded differently, and the same
words describe different faults. So what monitoring said (the signature) counts most, the
services bound the answer, and causes are compared apart from symptoms. Only same cause and
same symptom make a duplicate; the rule proposes, and a person decides.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from playbooks.domain.errors import Conflict
from playbooks.domain.ids import IncidentId, ServiceName, known_error_name
from playbooks.domain.likeness import closest, jaccard, normalised, text_similarity
from playbooks.domain.review import Confidence, Finding, Kinship, KnownError, Proposal, Workaround
from playbooks.domain.workaround import is_covered, is_in_force, opposed
from playbooks.schema import KnownErrors as Policy

T = TypeVar("T")

SIGNATURE_WEIGHT, TEXT_WEIGHT, SERVICES_WEIGHT = 0.5, 0.3, 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class _Comparison:
    known: KnownError
    kinship: Kinship
    symptom: float
    cause: float | None
    why: str


# Where several known errors are akin, the one that matters most comes first.
_URGENCY = (
    Kinship.CONFLICT,
    Kinship.DUPLICATE,
    Kinship.SAME_CAUSE,
    Kinship.CANDIDATE,
    Kinship.SAME_CAUSE_ELSEWHERE,
    Kinship.SIBLING,
    Kinship.NEW,
)


# ------------------------------------------------------------------ likeness
def symptom_similarity(finding: Finding, known: KnownError, policy: Policy) -> float:
    """How alike the two look from outside, 0 to 1."""
    ours, theirs = normalised(finding.signature), normalised(known.signature)
    return _blend(
        jaccard(ours, theirs) if ours and theirs else None,
        closest((finding.symptom,), known.symptoms),
        finding.services,
        known.services,
        policy,
    )


def cause_similarity(one: str, other: str) -> float | None:
    """How alike two causes are; None while one of them is unknown."""
    return text_similarity(one, other) if one.strip() and other.strip() else None


def match(
    known: KnownError,
    *,
    signature: Iterable[str],
    services: Collection[ServiceName],
    symptoms: Sequence[str],
    policy: Policy,
) -> float:
    """How well a known error fits an incident that is going on, 0 to 1.

    Alerts the incident has besides do not count against it: storms carry extra alerts.
    """
    ours, theirs = normalised(signature), normalised(known.signature)
    return _blend(
        len(ours & theirs) / len(theirs) if ours and theirs else None,
        closest(symptoms, known.symptoms),
        services,
        known.services,
        policy,
    )


# ------------------------------------------------------------------ proposing
def propose(finding: Finding, known_errors: Iterable[KnownError], *, policy: Policy) -> Proposal:
    """What publishing the finding would do to the store, for a person to confirm."""
    compared = [
        _compare(finding, known, policy)
        for known in known_errors
        if known.confidence is not Confidence.ARCHIVED
    ]
    if not compared:
        return Proposal(
            kinship=Kinship.NEW,
            known_error=None,
            symptom_score=0.0,
            cause_score=None,
            why="There is no known error yet.",
        )
    nearest = min(compared, key=_order)
    return Proposal(
        kinship=nearest.kinship,
        known_error=None if nearest.kinship is Kinship.NEW else nearest.known.id,
        symptom_score=nearest.symptom,
        cause_score=nearest.cause,
        why=nearest.why,
    )


def attach(
    known: KnownError, finding: Finding, *, incident: IncidentId, workaround: Workaround | None = None
) -> KnownError:
    """Add an incident and its wording to a known error; doing it twice changes nothing.

    Wordings and incidents are added to, never rewritten; the cause and the signature stay.
    Raises Conflict if the workaround contradicts one that is in force.
    """
    contradiction = opposed(workaround.effects, known.workarounds) if workaround else ""
    if contradiction:
        message = f"The workaround contradicts one of {known_error_name(known.id)}: {contradiction}."
        raise Conflict(message)
    added = () if workaround is None or _has(known, workaround) else (workaround,)
    return replace(
        known,
        services=_union(known.services, finding.services),
        signature=known.signature or finding.signature,
        symptoms=_union(known.symptoms, (finding.symptom,)),
        incidents=_union(known.incidents, (incident,)),
        workarounds=(*known.workarounds, *added),
    )


def _compare(finding: Finding, known: KnownError, policy: Policy) -> _Comparison:
    symptom = symptom_similarity(finding, known, policy)
    cause = cause_similarity(finding.cause, known.cause)
    kinship, why = _kinship(finding, known, symptom, cause, policy)
    scores = f"symptom {symptom:.2f}, cause {'unknown' if cause is None else f'{cause:.2f}'}"
    return _Comparison(known=known, kinship=kinship, symptom=symptom, cause=cause, why=f"{why} ({scores})")


def _kinship(
    finding: Finding, known: KnownError, symptom: float, cause: float | None, policy: Policy
) -> tuple[Kinship, str]:
    name = known_error_name(known.id)
    alike = symptom >= policy.symptom
    same_cause = cause is not None and cause >= policy.cause
    match alike, same_cause:
        case True, True:
            return _same_cause(finding, known, name, policy)
        case True, False if cause is None:
            return _without_a_cause(known, name)
        case True, False:
            return Kinship.SIBLING, f"looks like {name}, with another cause: say how to tell them apart"
        case False, True:
            return Kinship.SAME_CAUSE_ELSEWHERE, f"the cause of {name}, showing in another way"
        case _:
            return Kinship.NEW, f"the nearest one, {name}, is about something else"


def _without_a_cause(known: KnownError, name: str) -> tuple[Kinship, str]:
    """Looks say nothing about causes: what has none is never filed under one."""
    if known.cause.strip():
        return Kinship.NEW, f"looks like {name}, but the cause is not known to be the same"
    return Kinship.CANDIDATE, f"looks like {name}, and no cause is claimed"


def _same_cause(finding: Finding, known: KnownError, name: str, policy: Policy) -> tuple[Kinship, str]:
    """Same symptom and same cause, so the workaround decides."""
    contradiction = opposed(finding.effects, known.workarounds)
    if contradiction:
        return Kinship.CONFLICT, f"same as {name}, but the workarounds disagree: {contradiction}"
    covered = not finding.workaround.strip() or any(
        is_covered(finding.workaround, finding.effects, workaround, alike_from=policy.cause)
        for workaround in known.workarounds
        if is_in_force(workaround)
    )
    if covered:
        return Kinship.DUPLICATE, f"same symptom, cause and workaround as {name}"
    return Kinship.SAME_CAUSE, f"same symptom and cause as {name}, with another workaround"


def _order(compared: _Comparison) -> tuple[int, float, int]:
    score = compared.symptom + (compared.cause or 0.0)
    return _URGENCY.index(compared.kinship), -score, compared.known.id


def _blend(
    signature: float | None,
    text: float,
    ours: Collection[ServiceName],
    theirs: Collection[ServiceName],
    policy: Policy,
) -> float:
    """The weighted mean of what is known; without a service in common it stays below the cap."""
    services = jaccard(frozenset(ours), frozenset(theirs))
    total, weight = TEXT_WEIGHT * text + SERVICES_WEIGHT * services, TEXT_WEIGHT + SERVICES_WEIGHT
    if signature is not None:
        total, weight = total + SIGNATURE_WEIGHT * signature, weight + SIGNATURE_WEIGHT
    return total / weight if services else min(total / weight, policy.unrelated_cap)


def _has(known: KnownError, workaround: Workaround) -> bool:
    """Whether the very same workaround is there already."""
    return any(
        (w.text, w.effects) == (workaround.text, workaround.effects)
        for w in known.workarounds
        if is_in_force(w)
    )


def _union(ours: tuple[T, ...], theirs: tuple[T, ...]) -> tuple[T, ...]:
    """In the order in which things came, each once."""
    return tuple(dict.fromkeys((*ours, *theirs)))
