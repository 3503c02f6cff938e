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
    CoSignNeeded,
    NotWelcome,
    NotYourRole,
    RuledOut,
    SeatVacant,
    StaleCommand,
    mention,
    mentions,
)
from playbooks.domain.governance import CONTRACT, Authority, CoSignature, authority, is_governed, limited_by
from playbooks.domain.handbook import Handbook
from playbooks.domain.ids import ServiceName, UserId
from playbooks.domain.incident import Incident
from playbooks.domain.person import Kind
from playbooks.governance import Act, Model, Silence


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
    DENY = "keep changes back"
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
    SIGN = "agree or object for the centre"


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
    **dict.fromkeys((Action.APPROVE, Action.DENY, Action.HAND_OVER), Need.COMMAND),
    Action.RELEASE: Need.RELEASE,
    Action.SEND: Need.VOICE,
    Action.WARN: Need.RUNS,
    Action.OVERRIDE: Need.OVERRIDE,
}
ACTS: dict[Action, Act] = {
    Action.DECLARE: Act.DECLARE,
    Action.CLAIM: Act.COMMAND,
    Action.APPROVE: Act.EXEMPT,
    Action.THAW: Act.EXEMPT,
    Action.RELEASE: Act.RELEASE,
    Action.RESOLVE: Act.RESOLVE,
}
"""What is governed by the catalogue, beside the role that it takes."""
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
    rule: str = ""
    """The id of the rule of governance that says so; empty for what is not governed."""
    cosignature: CoSignature | None = None
    """Whose word it takes besides, before it is done."""


def may(
    actor: Actor,
    action: Action,
    *,
    handbook: Handbook,
    tenure: Tenure | None = None,
    incident: Incident | None = None,
    comms: tuple[UserId, ...] = (),
    services: tuple[ServiceName, ...] = (),
) -> Verdict:
    """Whether somebody may do something; ``incident`` and its ``tenure`` are None outside of any.

    ``comms`` speak to its stakeholders, beside those of the roster; ``services`` are what it is
    about where there is no incident.
    """
    unwelcome = _unwelcome(actor, action, handbook)
    able = _able(NEEDS[action], tenure, handbook, comms)
    broke = incident is not None and actor.user in glass_of(incident) and action not in _IN_PERSON
    fits = NEEDS[action] is Need.MEMBER or actor.user in able
    if unwelcome:
        return Verdict(allowed=False, why=unwelcome, who_may=able)
    if action in ACTS:
        about = incident.impacted if incident is not None else services
        ruling = authority(ACTS[action], about, handbook)
        return _governed(actor, action, ruling, handbook, able=able, fits=fits, broke=broke)
    if fits:
        return Verdict(allowed=True, why=f"as {NEEDS[action]}", who_may=able)
    if broke:
        return Verdict(allowed=True, why="broke the glass", who_may=able)
    return Verdict(allowed=False, why=f"takes {NEEDS[action]}", who_may=able)


def _governed(
    actor: Actor,
    action: Action,
    ruling: Authority,
    handbook: Handbook,
    *,
    able: tuple[UserId, ...],
    fits: bool,
    broke: bool,
) -> Verdict:
    """What the rule in force makes of somebody who ``fits`` the role, or ``broke`` the glass."""
    contract = limited_by(actor.user, ruling.act, handbook)
    central = actor.user in ruling.centre
    holders = tuple(user for user in _holders(ruling, able) if not limited_by(user, ruling.act, handbook))
    if able and not holders:
        holders = ruling.centre  # Whoever has the role may not by contract, and somebody must.
    if contract is not None:
        who = holders or ruling.centre
        return Verdict(allowed=False, why="its contract does not say so", who_may=who, rule=contract)
    if broke:
        return Verdict(allowed=True, why="broke the glass", who_may=holders, rule=ruling.rule)
    allowed = {
        Model.DECENTRALISED: fits or actor.user in holders,
        Model.FEDERATED: fits or central or actor.user in ruling.people,
        Model.CENTRALISED: central or ruling.cosignature is not None,
    }[ruling.model]
    return Verdict(
        allowed=allowed,
        why=f"as {NEEDS[action]}" if allowed else f"takes {NEEDS[action]}",
        who_may=holders,
        rule=ruling.rule,
        cosignature=None if central or broke or not allowed else ruling.cosignature,
    )


def _holders(ruling: Authority, able: tuple[UserId, ...]) -> tuple[UserId, ...]:
    """Who may under this rule, beside every member where no role is needed."""
    match ruling.model:
        case Model.DECENTRALISED:
            return able
        case Model.FEDERATED:
            return tuple(dict.fromkeys((*able, *ruling.people, *ruling.centre)))
        case Model.CENTRALISED:
            return ruling.centre


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
    services: tuple[ServiceName, ...] = (),
    fence: int | None = None,
    cosigning: bool = False,
) -> Verdict:
    """Raises NotWelcome, SeatVacant, StaleCommand, NotYourRole, RuledOut, CoSignNeeded.

    ``fence`` is the number on the commander's button that was pressed: one from an earlier
    command decides nothing, whoever pressed it. ``cosigning`` is for those who see to it that
    the second word is asked for, or was given; everybody else is refused what takes one.
    """
    require_welcome(actor, action, handbook)
    seated = tenure is not None and tenure.user == actor.user
    verdict = may(
        actor, action, handbook=handbook, tenure=tenure, incident=incident, comms=comms, services=services
    )
    allowed = verdict.allowed
    if allowed and not (seated and tenure is not None and fence is not None and fence != tenure.fence):
        if not cosigning:
            require_signed(action, verdict)
        return verdict
    if not allowed and verdict.rule and verdict.who_may and _says_so(verdict, handbook):
        raise RuledOut(action, _holding(action, verdict, tenure, handbook, comms), verdict.rule)
    if tenure is None and NEEDS[action] is Need.COMMAND:
        raise SeatVacant
    if tenure is not None and fence is not None and fence < tenure.fence:
        raise StaleCommand(tenure.user)
    if allowed and tenure is not None:
        raise StaleCommand(tenure.user)
    raise NotYourRole(action, _named(NEEDS[action], tenure, handbook, comms))


def require_signed(action: Action, verdict: Verdict) -> None:
    """Raises CoSignNeeded where somebody else has to have a word in it."""
    signed = verdict.cosignature
    if signed is not None:
        raise CoSignNeeded(
            action, signed.who, rule=verdict.rule, veto=signed.veto, stands=signed.silence is Silence.STANDS
        )


def _says_so(verdict: Verdict, handbook: Handbook) -> bool:
    """Whether people know of the rule: without any, the role alone decides, and that is what they read."""
    return is_governed(handbook) or verdict.rule.endswith(CONTRACT)


def _holding(
    action: Action, verdict: Verdict, tenure: Tenure | None, handbook: Handbook, comms: tuple[UserId, ...]
) -> str:
    """Who may under the rule, in words: the role if the rule leaves it to whoever has it."""
    role = _able(NEEDS[action], tenure, handbook, comms)
    if NEEDS[action] is not Need.MEMBER and role and verdict.who_may == role:
        return _named(NEEDS[action], tenure, handbook, comms)
    return mentions(verdict.who_may)


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
