"""Who may do what in an incident: one pure decision, the same for command, button and modal.

It is asked when something is pressed or typed, so that nobody fills in a form to be told no,
and again inside the transaction that does it. Refusals name who may. Declaring, logging and
stating are open to every member of the workspace, because a false alarm costs less than silence.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from playbooks.domain.command import Tenure
from playbooks.domain.errors import (
    NotWelcome,
    NotYourRole,
    SeatVacant,
    StaleCommand,
    mention,
    mentions,
)
from playbooks.domain.handbook import Handbook
from playbooks.domain.ids import UserId
from playbooks.domain.incident import Incident
from playbooks.domain.person import Kind


class Action(StrEnum):
    """What people can do, by what a refusal calls it."""

    LOOK = "look at incidents"
    DECLARE = "declare an incident"
    JUDGE = "decide whether it is major"
    JOIN = "join the room"
    LOG = "write into the log"
    STATE = "state something"
    VERIFY = "verify a statement"
    CORRECT = "correct this entry"
    ASSIGN = "give somebody a task"
    END_TASK = "end or pass on this task"
    PROPOSE = "propose a decision"
    OBJECT = "object to a proposal"
    DECIDE = "decide about proposals"
    CLAIM = "take command"
    RAISE = "raise the severity"
    REOPEN = "reopen the incident"
    WARN = "break the glass"
    LOWER = "lower the severity"
    MITIGATE = "say that it is mitigated"
    RESOLVE = "resolve the incident"
    CLOSE = "close the incident"
    THAW = "lift the freeze"
    APPROVE = "decide about changes"
    HAND_OVER = "hand command over"
    APPOINT = "appoint people"
    FORM_TEAM = "form and end teams"
    NAME_LEAD = "decide who leads the work on a service"
    RELEASE = "release statements"
    SEND = "send stakeholder updates"
    OVERRIDE = "take command from somebody else"
    LINK = "say what it is a part of"
    FORGET = "have words removed"
    PUBLISH = "make a private incident public"


class Need(StrEnum):
    """What one has to be."""

    MEMBER = "member"
    LEAD = "lead"
    COMMAND = "command"
    RELEASE = "release"
    VOICE = "voice"
    RUNS = "runs"
    OVERRIDE = "override"


NEEDS: dict[Action, Need] = {
    **dict.fromkeys(Action, Need.MEMBER),
    **dict.fromkeys((Action.LOWER, Action.MITIGATE, Action.RESOLVE, Action.CLOSE, Action.THAW), Need.LEAD),
    **dict.fromkeys(
        (Action.APPOINT, Action.FORM_TEAM, Action.NAME_LEAD, Action.LINK, Action.END_TASK), Need.LEAD
    ),
    Action.DECIDE: Need.LEAD,
    Action.CORRECT: Need.LEAD,
    Action.PUBLISH: Need.LEAD,
    **dict.fromkeys((Action.APPROVE, Action.HAND_OVER), Need.COMMAND),
    Action.RELEASE: Need.RELEASE,
    Action.SEND: Need.VOICE,
    Action.WARN: Need.RUNS,
    Action.OVERRIDE: Need.OVERRIDE,
}
GRAVE = frozenset(action for action, need in NEEDS.items() if need is not Need.MEMBER)
"""What is refused to somebody of whom Slack can say nothing now; the rest is not, least of all declaring."""


_IN_PERSON = frozenset((Action.HAND_OVER, Action.OVERRIDE))
"""What a broken glass does not open: the seat itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Somebody who wants something."""

    user: UserId
    kind: Kind = Kind.MEMBER


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Yes, or no and why, and who may instead."""

    allowed: bool
    why: str
    who_may: tuple[UserId, ...] = ()


def may(
    actor: Actor,
    action: Action,
    *,
    handbook: Handbook,
    tenure: Tenure | None = None,
    incident: Incident | None = None,
    comms: tuple[UserId, ...] = (),
) -> Verdict:
    """Whether somebody may do something; ``incident`` and its ``tenure`` are None outside of any.

    ``comms`` speak to its stakeholders, beside those of the roster.
    """
    unwelcome = _unwelcome(actor, action, handbook)
    able = _able(NEEDS[action], tenure, handbook, comms)
    if unwelcome:
        return Verdict(allowed=False, why=unwelcome, who_may=able)
    if NEEDS[action] is Need.MEMBER or actor.user in able:
        return Verdict(allowed=True, why=f"as {NEEDS[action]}", who_may=able)
    if incident is not None and actor.user in glass_of(incident) and action not in _IN_PERSON:
        return Verdict(allowed=True, why="broke the glass", who_may=able)
    return Verdict(allowed=False, why=f"takes {NEEDS[action]}", who_may=able)


def glass_of(incident: Incident) -> tuple[UserId, ...]:
    """Who broke the glass, and may do for a while what leads may."""
    return tuple(glass.by for glass in incident.glass)


def require_welcome(actor: Actor, action: Action, handbook: Handbook) -> None:
    """Raises NotWelcome if somebody of this kind may not do this in any role."""
    unwelcome = _unwelcome(actor, action, handbook)
    if unwelcome:
        raise NotWelcome(unwelcome)


def require(
    actor: Actor,
    action: Action,
    *,
    handbook: Handbook,
    tenure: Tenure | None,
    incident: Incident | None,
    comms: tuple[UserId, ...] = (),
    fence: int | None = None,
) -> None:
    """Raises NotWelcome, SeatVacant, StaleCommand, NotYourRole.

    ``fence`` is the number on the commander's button that was pressed: one from an earlier
    command decides nothing, whoever pressed it.
    """
    require_welcome(actor, action, handbook)
    seated = tenure is not None and tenure.user == actor.user
    allowed = may(actor, action, handbook=handbook, tenure=tenure, incident=incident, comms=comms).allowed
    if allowed and not (seated and tenure is not None and fence is not None and fence != tenure.fence):
        return
    if tenure is None and NEEDS[action] is Need.COMMAND:
        raise SeatVacant
    if tenure is not None and fence is not None and fence < tenure.fence:
        raise StaleCommand(tenure.user)
    if allowed and tenure is not None:
        raise StaleCommand(tenure.user)
    raise NotYourRole(action, _named(NEEDS[action], tenure, handbook, comms))


def _unwelcome(actor: Actor, action: Action, handbook: Handbook) -> str:
    """Why somebody of this kind may not; whoever the catalogue names is no guest in this house."""
    listed = handbook.person(actor.user) is not None
    match actor.kind:
        case Kind.STRANGER:
            return "You belong to another workspace, so you can read along, but not do this. Ask in the room."
        case Kind.DEACTIVATED | Kind.APP:
            return "This account cannot take part in incidents. Somebody else has to do this."
        case Kind.GUEST if not listed:
            return f"Guests of this workspace cannot {action}. Ask a member in the room to do it."
        case Kind.UNKNOWN if not listed and action in GRAVE:
            return f"Slack cannot say now who you are, so you cannot {action}. Ask a lead, or try again."
        case _:
            return ""


def _able(
    need: Need, tenure: Tenure | None, handbook: Handbook, comms: tuple[UserId, ...] = ()
) -> tuple[UserId, ...]:
    """Who meets a need; empty for every member."""
    seat = (tenure.user,) if tenure else ()
    voices = (*comms, *handbook.comms)
    able = {
        Need.MEMBER: (),
        Need.LEAD: (*seat, *handbook.duty_managers),
        Need.COMMAND: seat,
        Need.RELEASE: (*seat, *voices),
        Need.VOICE: (*seat, *voices, *handbook.duty_managers),
        Need.RUNS: (*handbook.operators, *handbook.on_shift),
        Need.OVERRIDE: (*handbook.duty_managers, *handbook.executives),
    }
    return tuple(dict.fromkeys(able[need]))


def _named(need: Need, tenure: Tenure | None, handbook: Handbook, comms: tuple[UserId, ...] = ()) -> str:
    """Who meets a need, in words."""
    able = mentions(_able(need, tenure, handbook, comms))
    words = {
        Need.MEMBER: "a member of the workspace",
        Need.LEAD: f"the commander or a duty manager ({able})",
        Need.COMMAND: f"the commander, {able},",
        Need.RELEASE: f"the commander or a comms lead ({able})",
        Need.VOICE: f"the commander, a comms lead or a duty manager ({able})",
        Need.RUNS: f"a duty manager, an operator or somebody on shift ({able})",
        Need.OVERRIDE: f"a duty manager or an executive ({able})",
    }
    return words[need]


# ------------------------------------------------------------------ the seat as a lease
def require_command(by: UserId, tenure: Tenure | None, *, what: str, fence: int | None = None) -> Tenure:
    """The commander, and nobody else. ``fence`` is the number on the button that was pressed.

    Raises SeatVacant, StaleCommand, NotYourRole.
    """
    if tenure is None:
        raise SeatVacant
    if tenure.user != by:
        if fence is not None and fence < tenure.fence:
            raise StaleCommand(tenure.user)
        raise NotYourRole(what, f"the commander, {mention(tenure.user)},")
    if fence is not None and fence != tenure.fence:
        raise StaleCommand(tenure.user)
    return tenure
