"""Known errors that look like an incident, so that a workaround is at hand at 03:00."""

from __future__ import annotations

from collections.abc import Sequence

from playbooks.domain.handbook import Handbook
from playbooks.domain.incident import Incident
from playbooks.domain.known_error import match
from playbooks.domain.review import Confidence, KnownError
from playbooks.domain.signal import Episode
from playbooks.domain.statement import Statement, StatementClass
from playbooks.ports import Unit


def signature(episodes: Sequence[Episode]) -> tuple[str, ...]:
    """What the alerts say in the words of the known-error store, each once, sorted."""
    names = {e.labels.get("alertname") or e.title for e in episodes}
    return tuple(sorted(f"alert:{name}" for name in names if name))


def symptoms(incident: Incident, statements: Sequence[Statement]) -> tuple[str, ...]:
    """What users experience, as far as anybody has said it, and the title."""
    told = (s.text for s in statements if s.kind is StatementClass.IMPACT)
    return (incident.title, *told)


async def lookalikes(
    unit: Unit,
    handbook: Handbook,
    incident: Incident,
    episodes: Sequence[Episode],
) -> tuple[tuple[KnownError, float], ...]:
    """Known errors worth showing, best first, with their match in [0, 1]."""
    policy = handbook.playbook.known_errors
    words = symptoms(incident, await unit.statements.of(incident.id))
    scored = [
        (
            known,
            match(
                known, signature=signature(episodes), services=incident.core, symptoms=words, policy=policy
            ),
        )
        for known in await unit.known_errors.all()
        if known.confidence is not Confidence.ARCHIVED and incident.id not in known.incidents
    ]
    worth = [(known, score) for known, score in scored if score >= policy.show_at_least]
    return tuple(sorted(worth, key=lambda pair: (-pair[1], pair[0].id)))
