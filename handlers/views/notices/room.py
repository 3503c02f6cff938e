"""What the room hears: one short sentence a fact, or nothing."""

from __future__ import annotations

from handlers.views.kit import Element, Message, actions, message, section
from handlers.views.notices import teams
from handlers.views.notices.authority import authority
from handlers.views.notices.drill import drill
from handlers.views.notices.family import kinship
from handlers.views.notices.freeze import freeze
from handlers.views.notices.leads import leading
from handlers.views.notices.merger import merger
from handlers.views.notices.outbreak import assembly, outbreak, retry_button
from handlers.views.notices.privacy import privacy
from handlers.views.notices.progress import outcome, recovery, told
from handlers.views.notices.seat import contest_button, dispute, offer, search
from handlers.views.text import Markup
from playbooks.domain import events as e
from playbooks.domain.handbook import Handbook
from playbooks.protocol.picture import Picture


def room_notice(event: e.Event, picture: Picture, handbook: Handbook) -> Message | None:
    """What to say in the room about an event; None if nothing is to be said."""
    words = spoken(event, picture, handbook)
    if words is None:
        return None
    button = _button(event)
    return message(words, section(words), None if button is None else actions(button))


def spoken(event: e.Event, picture: Picture, handbook: Handbook) -> Markup | None:  # noqa: PLR0911 - a table
    """The sentence about an event; None for what is written down in silence."""
    match event:
        case (
            e.CandidateProposed()
            | e.CandidateRejected()
            | e.IncidentDeclared()
            | e.AlertsAttached()
            | e.UserReported()
            | e.SeverityChanged()
            | e.KnownErrorRecognised()
        ):
            return outbreak(event, handbook)
        case e.RoomUnavailable() | e.PeopleInvited() | e.StepFailed():
            return assembly(event)
        case (
            e.CommandTaken()
            | e.CommandContested()
            | e.ContestJoined()
            | e.ContestAwarded()
            | e.ContestDecided()
        ):
            return dispute(event)
        case (
            e.CommandAsked()
            | e.AskDeclined()
            | e.AskLapsed()
            | e.CommanderRecalled()
            | e.CommanderAnswered()
            | e.CommanderGone()
            | e.CommandUnfilled()
            | e.RoleGiven()
            | e.RoleLaidDown()
        ):
            return search(event)
        case (
            e.HandoverOffered()
            | e.HandoverAccepted()
            | e.HandoverDeclined()
            | e.HandoverWithdrawn()
            | e.HandoverExpired()
        ):
            return offer(event, handbook)
        case e.BecameChild() | e.LeftParent() | e.ParentUpdated() | e.ParentEnded():
            return kinship(event)
        case e.MergeProposed() | e.MergeDeclined() | e.IncidentMerged() | e.IncidentAbsorbed():
            return merger(event, handbook)
        case _:
            return _spoken_later(event, picture, handbook)


def _spoken_later(  # noqa: C901, PLR0911 - a table
    event: e.Event, picture: Picture, handbook: Handbook
) -> Markup | None:
    match event:
        case (
            e.FreezeBegan()
            | e.FreezeLifted()
            | e.ChangeHeld()
            | e.ChangeAllowed()
            | e.ChangeApproved()
            | e.ChangeDenied()
            | e.ApprovalWithdrawn()
        ):
            return freeze(event, handbook)
        case e.UpdateOverdue() | e.UpdateSent():
            return told(event)
        case e.IncidentMitigated() | e.IncidentResolved() | e.IncidentReopened() | e.IncidentClosed():
            return recovery(event, picture)
        case e.ClockRead() | e.ReviewPublished() | e.KnownErrorCreated() | e.FindingAttached():
            return outcome(event)
        case e.LeadSeated() | e.LeadLeft() | e.LeadWanted():
            return leading(event, handbook)
        case (
            e.TeamFormed()
            | e.TeamMoved()
            | e.TeamChanged()
            | e.TeamOverdue()
            | e.TeamEnded()
            | e.SpanExceeded()
        ):
            return teams.spoken(event)
        case e.GlassBroken():
            return authority(event)
        case e.DrillBecameReal():
            return drill(event)
        case e.MadePublic():
            return privacy(event)
        case _:
            return None


def _button(event: e.Event) -> Element | None:
    match event:
        case e.CommandTaken():
            return contest_button(event)
        case e.StepFailed():
            return retry_button(event.incident, event.delivery)
        case _:
            return None
