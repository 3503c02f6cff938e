"""Statements rise by other people's words: verified, released, refuted, taken back.

Nobody verifies their own statement. Telling stakeholders a cause takes the commander's and
the comms lead's word. What was told and turns out wrong is owed a correction.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from playbooks.domain.errors import (
    AlreadyDecided,
    NeedsWords,
    NotNeeded,
    NotReleasable,
    NotYourRole,
    SecondPersonNeeded,
)
from playbooks.domain.ids import UserId
from playbooks.domain.leak import withheld
from playbooks.domain.reach import is_within, reach_limit, reaches, was_told
from playbooks.domain.statement import Audience, Statement, StatementClass, StatementStatus

__all__ = ["correction_due", "reach_limit", "refute", "release", "verify", "withdraw", "withheld"]

OBSERVATIONS = (StatementClass.IMPACT, StatementClass.SCOPE, StatementClass.STATUS)
"""What can be seen from outside, so that anybody who looks can confirm it."""
_READERS = {
    Audience.WAR_ROOM: "The war room",
    Audience.INTERNAL: "Colleagues",
    Audience.STAKEHOLDER: "Stakeholders",
    Audience.PUBLIC: "Everybody",
}


def verify(statement: Statement, by: UserId, *, evidence: Iterable[str] = (), at: datetime) -> Statement:
    """A second person stands for it; a cause also needs something that shows it.

    Raises SecondPersonNeeded, AlreadyDecided or NeedsWords.
    """
    if by == statement.author:
        raise SecondPersonNeeded
    _require_asserted(statement)
    shown = tuple(link.strip() for link in evidence if link.strip())
    if statement.kind is StatementClass.CAUSE and not shown:
        message = "Show what proves this cause: a link to a graph, a log, a change or a reproduction."
        raise NeedsWords(message)
    return replace(statement, status=StatementStatus.VERIFIED, verifier=by, verified_at=at, evidence=shown)


def release(
    statement: Statement,
    by: UserId,
    audience: Audience,
    *,
    at: datetime,
    is_commander: bool,
    is_comms: bool,
) -> Statement:
    """Let an audience be told.

    Releasing somebody else's observation confirms it. A cause reaches stakeholders with
    the second of two words, the commander's and the comms lead's; the first one releases
    it internally. Raises NotYourRole, NotNeeded or NotReleasable.
    """
    if not (is_commander or is_comms):
        raise NotYourRole("release statements", "the commander or a comms lead")
    if audience is Audience.WAR_ROOM or reaches(statement, audience):
        message = f"{_READERS[audience]} may be told this already."
        raise NotNeeded(message)
    confirmed = _confirmed(statement, by, at=at)
    if not is_within(audience, reach_limit(confirmed)):
        raise NotReleasable(_why_not(confirmed))
    _require_word(confirmed, audience, is_commander=is_commander, is_comms=is_comms)
    if statement.kind is StatementClass.CAUSE and audience is not Audience.INTERNAL:
        return _consented(confirmed, by, at=at, is_commander=is_commander, is_comms=is_comms)
    return _released(confirmed, by, audience, at=at)


def refute(statement: Statement, by: UserId, *, at: datetime) -> Statement:
    """It is wrong. ``reach`` keeps who was told, because they are owed a correction.

    Raises AlreadyDecided.
    """
    _require_standing(statement)
    return replace(statement, status=StatementStatus.REFUTED, refuted_by=by, refuted_at=at)


def withdraw(statement: Statement, by: UserId, *, is_commander: bool) -> Statement:
    """Its author, or the commander, takes back what nobody outside was told.

    Raises AlreadyDecided, NotYourRole, or NotNeeded for what was released: that is refuted.
    """
    _require_standing(statement)
    if by != statement.author and not is_commander:
        raise NotYourRole("withdraw this", "its author or the commander")
    if statement.status is StatementStatus.RELEASED:
        message = "People were told this. Refute it instead, so that they get a correction."
        raise NotNeeded(message)
    return replace(statement, status=StatementStatus.WITHDRAWN)


def correction_due(statement: Statement) -> bool:
    """Whether stakeholders were told something that turned out to be wrong."""
    return statement.status is StatementStatus.REFUTED and was_told(statement, Audience.STAKEHOLDER)


def _confirmed(statement: Statement, by: UserId, *, at: datetime) -> Statement:
    """Whoever releases what somebody else saw stands for it as a second person."""
    asserted = statement.status is StatementStatus.ASSERTED
    if not asserted or statement.kind not in OBSERVATIONS or by == statement.author:
        return statement
    return verify(statement, by, at=at)


def _consented(
    statement: Statement, by: UserId, *, at: datetime, is_commander: bool, is_comms: bool
) -> Statement:
    commander = by if is_commander else statement.commander_consent
    comms = by if is_comms else statement.comms_consent
    if (commander, comms) == (statement.commander_consent, statement.comms_consent):
        missing = "a comms lead" if commander else "the commander"
        message = f"You have agreed already. To tell stakeholders a cause, {missing} has to release it too."
        raise NotNeeded(message)
    agreed = replace(statement, commander_consent=commander, comms_consent=comms)
    reach = Audience.STAKEHOLDER if commander and comms else Audience.INTERNAL
    return _released(agreed, by, reach, at=at)


def _released(statement: Statement, by: UserId, reach: Audience, *, at: datetime) -> Statement:
    return replace(statement, status=StatementStatus.RELEASED, releaser=by, released_at=at, reach=reach)


def _require_word(statement: Statement, audience: Audience, *, is_commander: bool, is_comms: bool) -> None:
    """Decisions and forecasts are the commander's to tell; what users may try, the comms lead's."""
    outside = audience is not Audience.INTERNAL
    match statement.kind:
        case StatementClass.ACTION if audience is Audience.PUBLIC:
            allowed, who = is_comms, "a comms lead"
        case StatementClass.ACTION | StatementClass.ESTIMATE if outside:
            allowed, who = is_commander, "the commander"
        case StatementClass.WORKAROUND if outside:
            allowed, who = is_comms, "a comms lead"
        case _:
            return
    if not allowed:
        raise NotYourRole(f"release this {statement.kind.value}", who)


def _why_not(statement: Statement) -> str:
    """Why the limit is what it is, with the way out."""
    match statement.status, statement.kind:
        case ((StatementStatus.REFUTED | StatementStatus.WITHDRAWN), _):
            return f"This statement is {statement.status.value}; state what is true now."
        case _, StatementClass.ESTIMATE:
            return "An estimate goes out as a range, such as “between 11:00 and 11:30 UTC”. State it as one."
        case StatementStatus.ASSERTED, StatementClass.CAUSE:
            return "A cause that nobody has verified stays in the war room. Verify it with evidence first."
        case StatementStatus.ASSERTED, _:
            return "Nobody but its author stands for this yet. Somebody else has to verify it first."
        case _, StatementClass.ACTION:
            return "Stakeholders are told what we do before the public is."
        case _:
            return "A cause goes to stakeholders at most."


def _require_asserted(statement: Statement) -> None:
    _require_standing(statement)
    if statement.status is not StatementStatus.ASSERTED:
        raise AlreadyDecided("This statement", statement.verifier, statement.verified_at)


def _require_standing(statement: Statement) -> None:
    if statement.status is StatementStatus.REFUTED:
        raise AlreadyDecided("This statement", statement.refuted_by, statement.refuted_at)
    if statement.status is StatementStatus.WITHDRAWN:
        raise AlreadyDecided("This statement", statement.author, None)
