"""What is refused before a form is shown: nobody fills in a form at night to be told no.

The use case decides again when the form is submitted; these only ask it early.
"""

from __future__ import annotations

from dataclasses import replace

from playbooks.domain import authority, contest, ladder, turning
from playbooks.domain.command import ContestPhase
from playbooks.domain.errors import AlreadyInCommand, NoStanding
from playbooks.domain.handbook import Handbook
from playbooks.domain.ids import LadderId, UserId
from playbooks.domain.privacy import require_private, require_told
from playbooks.domain.roles import comms_of
from playbooks.domain.tie_break import best_tier, has_standing
from playbooks.protocol.picture import Picture


def mitigate(picture: Picture, by: UserId, handbook: Handbook) -> None:
    """Raises IncidentOver, NotYourRole, NotNeeded."""
    turning.may_mitigate(picture.incident, by, picture.tenure, handbook)


def resolve(picture: Picture, by: UserId, handbook: Handbook) -> None:
    """Raises IncidentOver, NotYourRole, NotNeeded."""
    turning.may_resolve(picture.incident, by, picture.tenure, handbook)


def close(picture: Picture, by: UserId, handbook: Handbook) -> None:
    """Raises NotYourRole, NotNeeded."""
    turning.may_close(picture.incident, by, picture.tenure, handbook)


def reopen(picture: Picture, by: UserId, handbook: Handbook) -> None:  # noqa: ARG001 - one shape for all
    """Raises NotNeeded."""
    turning.may_reopen(picture.incident)


def break_glass(picture: Picture, by: UserId, handbook: Handbook) -> None:
    """Raises IncidentOver, NotYourRole."""
    turning.require_live(picture.incident)
    actor, action = authority.Actor(user=by), authority.Action.WARN
    authority.require(
        actor, action, handbook=handbook, tenure=picture.tenure, incident=replace(picture.incident, glass=())
    )


def thaw(picture: Picture, by: UserId, handbook: Handbook) -> None:
    """Raises NotYourRole, NotNeeded."""
    turning.may_thaw(picture.incident, by, picture.tenure, handbook)


def deny(picture: Picture, by: UserId, handbook: Handbook, *, fence: int | None = None) -> None:
    """Whoever may let a change through may keep it back, and so may whoever commands.

    Raises SeatVacant, NotYourRole, StaleCommand.
    """
    actor, tenure, incident = authority.Actor(user=by), picture.tenure, picture.incident
    approves = authority.may(
        actor, authority.Action.APPROVE, handbook=handbook, tenure=tenure, incident=incident
    ).allowed
    authority.require(
        actor,
        authority.Action.APPROVE if approves else authority.Action.DENY,
        handbook=handbook,
        tenure=tenure,
        incident=incident,
        fence=fence,
        cosigning=True,
    )


def severity(picture: Picture, by: UserId, handbook: Handbook) -> None:  # noqa: ARG001 - one shape for all
    """Raises IncidentOver."""
    turning.require_live(picture.incident)


def send_update(picture: Picture, by: UserId, handbook: Handbook) -> None:
    """Raises NotYourRole, NotNeeded."""
    require_told(picture.incident)
    _require(picture, by, authority.Action.SEND, handbook)


def make_public(picture: Picture, by: UserId, handbook: Handbook) -> None:
    """Raises NotYourRole, NotNeeded."""
    require_private(picture.incident)
    _require(picture, by, authority.Action.PUBLISH, handbook)


def hand_over(picture: Picture, by: UserId, handbook: Handbook) -> None:
    """Raises IncidentOver, SeatVacant, NotYourRole."""
    turning.require_live(picture.incident)
    _require(picture, by, authority.Action.HAND_OVER, handbook)


def recall(picture: Picture, by: UserId, handbook: Handbook) -> None:
    """Raises IncidentOver, SeatVacant, NotNeeded, ContestPending; silence is judged later."""
    turning.require_live(picture.incident)
    long_ago = picture.at - handbook.playbook.command.recall_after
    ladder.recall(
        picture.tenure,
        by,
        "",
        ladder_id=LadderId(""),
        heard_at=long_ago,
        pending=picture.search,
        contest=picture.contest,
        policy=handbook.playbook.command,
        at=picture.at,
    )


def appoint(picture: Picture, by: UserId, handbook: Handbook) -> None:
    """Raises IncidentOver, NotYourRole."""
    turning.require_live(picture.incident)
    _require(picture, by, authority.Action.APPOINT, handbook)


def name_lead(picture: Picture, by: UserId, handbook: Handbook) -> None:
    """Raises IncidentOver, NotYourRole: leads offer theirs, and whoever commands names any."""
    turning.require_live(picture.incident)
    if all(by != stream.lead for stream in picture.workstreams):
        _require(picture, by, authority.Action.NAME_LEAD, handbook)


def form_team(picture: Picture, by: UserId, handbook: Handbook) -> None:
    """Raises IncidentOver, NotYourRole."""
    turning.require_live(picture.incident)
    _require(picture, by, authority.Action.FORM_TEAM, handbook)


def task(picture: Picture, by: UserId, handbook: Handbook) -> None:  # noqa: ARG001 - one shape for all
    """Raises IncidentOver, NotNeeded."""
    turning.require_live(picture.incident)
    turning.require_accepted(picture.incident)


def propose(picture: Picture, by: UserId, handbook: Handbook) -> None:  # noqa: ARG001 - one shape for all
    """Raises IncidentOver, NotNeeded."""
    turning.require_live(picture.incident)
    turning.require_accepted(picture.incident)


def decide(picture: Picture, by: UserId, handbook: Handbook) -> None:
    """Raises IncidentOver, NotYourRole."""
    turning.require_live(picture.incident)
    _require(picture, by, authority.Action.DECIDE, handbook)


def override(picture: Picture, by: UserId, handbook: Handbook) -> None:
    """Raises IncidentOver, NotYourRole, AlreadyInCommand."""
    turning.require_live(picture.incident)
    _require(picture, by, authority.Action.OVERRIDE, handbook)
    if picture.tenure is not None and picture.tenure.user == by:
        raise AlreadyInCommand


def dispute(picture: Picture, by: UserId, handbook: Handbook) -> None:
    """Raises IncidentOver, and what ``may_contest`` raises; earlier disputes are asked about later."""
    turning.require_live(picture.incident)
    impacted = picture.incident.impacted
    standing = has_standing(handbook, by, impacted)
    open_one = picture.contest
    if open_one is None or open_one.phase is not ContestPhase.SETTLING:
        contest.may_contest(
            picture.tenure,
            by,
            standing=standing,
            best_tier=best_tier(handbook, impacted),
            earlier=() if open_one is None else (open_one,),
            policy=handbook.playbook.command,
            at=picture.at,
        )
    elif by == open_one.incumbent:
        raise AlreadyInCommand
    elif not standing:
        raise NoStanding(open_one.incumbent)


def _require(picture: Picture, by: UserId, action: authority.Action, handbook: Handbook) -> None:
    authority.require(
        authority.Actor(user=by),
        action,
        handbook=handbook,
        tenure=picture.tenure,
        incident=picture.incident,
        comms=comms_of(picture.roles),
    )
