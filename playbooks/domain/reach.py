"""Who may be told a statement: the chain of audiences, and how far each kind may rise.

Audiences form a chain: war room, internal, stakeholder, public. What a statement speaks of
bounds how far it may rise; an unverified cause never leaves the war room.
"""

from __future__ import annotations

import re

from playbooks.domain.ids import MONITORING
from playbooks.domain.statement import Audience, Statement, StatementClass, StatementStatus

CHAIN = tuple(Audience)
"""From the narrowest audience to the widest."""

# Two numbers with a word of range between them, with or without a unit.
_RANGE = re.compile(r"\d[\d:.]*\s*\w*\s*(?:-|–|—|\bto\b|\band\b|\bor\b)\s*\d", re.IGNORECASE)
_DATE = re.compile(r"\b\d{4}-\d\d-\d\d\b")


def is_within(audience: Audience, limit: Audience) -> bool:
    """Whether the audience is no wider than the limit."""
    return CHAIN.index(audience) <= CHAIN.index(limit)


def reaches(statement: Statement, audience: Audience) -> bool:
    """Whether that audience may be told the statement as it stands."""
    return statement.status is StatementStatus.RELEASED and is_within(audience, statement.reach)


def was_told(statement: Statement, audience: Audience) -> bool:
    """Whether it was released to that audience at some time, even if it is refuted now."""
    return statement.released_at is not None and is_within(audience, statement.reach)


def reach_limit(statement: Statement) -> Audience:
    """The widest audience to which the statement may be released as it stands."""
    if statement.status in (StatementStatus.REFUTED, StatementStatus.WITHDRAWN):
        return Audience.WAR_ROOM
    match statement.kind:
        case StatementClass.ACTION:
            return Audience.PUBLIC if reaches(statement, Audience.STAKEHOLDER) else Audience.STAKEHOLDER
        case StatementClass.ESTIMATE:
            return Audience.STAKEHOLDER if is_range(statement.text) else Audience.WAR_ROOM
        case StatementClass.CAUSE:
            return Audience.STAKEHOLDER if _is_trusted(statement) else Audience.WAR_ROOM
        case StatementClass.WORKAROUND:
            return Audience.PUBLIC if _is_trusted(statement) else Audience.WAR_ROOM
        case StatementClass.IMPACT | StatementClass.SCOPE | StatementClass.STATUS:
            measured = statement.author == MONITORING
            return Audience.PUBLIC if measured or _is_trusted(statement) else Audience.WAR_ROOM


def is_range(text: str) -> bool:
    """Whether an estimate names two bounds. A single time reads as a promise."""
    return _RANGE.search(_DATE.sub(" ", text)) is not None


def _is_trusted(statement: Statement) -> bool:
    return statement.status in (StatementStatus.VERIFIED, StatementStatus.RELEASED)
