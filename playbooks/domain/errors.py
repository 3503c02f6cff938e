"""Refusals. Each is an answer: its text may be shown to a person and offers the way out.

Texts are mrkdwn-free plain sentences; ids of people appear as ``<@U…>`` and instants as
``<!date^…>`` because Slack renders them, and names from outside never appear unescaped in them.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from playbooks.domain.ids import PROTOCOL, IncidentId, UserId, incident_name, is_person
from playbooks.domain.instants import plainly, time_of


def mention(user: UserId) -> str:
    """A person as Slack renders them; the machinery by its name."""
    if is_person(user):
        return f"<@{user}>"
    return "the playbook" if user == PROTOCOL else str(user)


def mentions(users: Iterable[UserId]) -> str:
    """Several people in one phrase: ``<@A>, <@B> or <@C>``; ``nobody yet`` if none."""
    named = [mention(user) for user in users]
    if not named:
        return "nobody yet"
    return named[0] if len(named) == 1 else f"{', '.join(named[:-1])} or {named[-1]}"


class ProtocolError(Exception):
    """The protocol says no, and why.

    ``str`` is for wherever it leaves Slack: instants are UTC.
    """

    def __str__(self) -> str:
        return plainly(self.in_slack)

    @property
    def in_slack(self) -> str:
        """What somebody in Slack reads: instants as Slack's dates, in each reader's own zone."""
        return super().__str__()


class IncidentNotFound(ProtocolError):
    """There is no such incident."""

    def __init__(self, incident: IncidentId) -> None:
        super().__init__(f"There is no {incident_name(incident)}. Try /incident list.")


class IncidentOver(ProtocolError):
    """The incident is no longer live."""

    def __init__(self, incident: IncidentId, state: str) -> None:
        verb = "reopen" if state == "resolved" else "declare"
        super().__init__(
            f"{incident_name(incident)} is already {state}. Use /incident {verb} if it came back."
        )


class NotYourRole(ProtocolError):
    """Somebody else may do this."""

    def __init__(self, what: str, who: str) -> None:
        super().__init__(f"Only {who} can {what}.")


class RuledOut(NotYourRole):
    """A rule of governance gives this to others."""

    def __init__(self, what: str, who: str, rule: str) -> None:
        ProtocolError.__init__(self, f"By rule {rule} only {who} can {what}.")
        self.what = what
        self.rule = rule


class CoSignNeeded(ProtocolError):
    """A rule of governance wants somebody else's word in it first."""

    def __init__(
        self, what: str, who: tuple[UserId, ...], *, rule: str, veto: timedelta, stands: bool
    ) -> None:
        super().__init__(f"By rule {rule} you cannot {what} without the word of {mentions(who)}. Ask them.")
        self.what = what
        self.who = who
        self.rule = rule
        self.veto = veto
        self.stands = stands


class AwaitsWord(ProtocolError):
    """It is not done yet: somebody else was asked whether they agree."""

    def __init__(
        self,
        what: str,
        who: Iterable[UserId],
        *,
        rule: str,
        until: datetime,
        stands: bool,
        first: UserId | None,
    ) -> None:
        lead = f"{mention(first)} asked already to {what}" if first else f"You asked to {what}"
        then = "it is done" if stands else "nothing is done"
        super().__init__(
            f"{lead}. By rule {rule} {mentions(who)} may agree or object; "
            f"if nobody says anything until {time_of(until)}, {then}."
        )


class NotWelcome(ProtocolError):
    """Somebody of this kind may not take part: another workspace's, a guest, a closed account."""


class AnotherPerson(ProtocolError):
    """The playbook wants two people for this, and the first has had a hand in it already."""

    def __init__(self, did: str, what: str, others: Iterable[UserId]) -> None:
        super().__init__(f"You {did} yourself, so somebody else has to {what}: {mentions(others)} may.")


class StaleCommand(ProtocolError):
    """A button from an older lease of command."""

    def __init__(self, holder: UserId | None) -> None:
        now = f"{mention(holder)} holds command now" if holder else "nobody holds command now"
        super().__init__(f"This button is from an earlier command: {now}. Use the newest card.")


class SeatVacant(ProtocolError):
    """Nobody is in command yet."""

    def __init__(self) -> None:
        super().__init__("Nobody is in command yet. Press Take command first.")


class AlreadyInCommand(ProtocolError):
    """The claimant already holds the seat."""

    def __init__(self) -> None:
        super().__init__("You already have command.")


class SeatTaken(ProtocolError):
    """Somebody else took command first."""

    def __init__(self, holder: UserId, since: datetime) -> None:
        super().__init__(
            f"{mention(holder)} took command at {time_of(since)}. If it should be you, contest it.",
        )


class CannotCommand(ProtocolError):
    """Command cannot be given to this person."""

    def __init__(self, user: UserId, why: str) -> None:
        super().__init__(f"{mention(user)} cannot take command: {why}. Choose somebody else.")


class ContestPending(ProtocolError):
    """A dispute about the seat has to end first."""

    def __init__(self, until: datetime) -> None:
        super().__init__(
            f"Command is disputed until {time_of(until)} at the latest. Wait, or call a duty manager.",
        )


class OfferExpired(ProtocolError):
    """The offer of command was not answered in time."""

    def __init__(self, giver: UserId, at: datetime) -> None:
        super().__init__(
            f"This offer expired at {time_of(at)} and {mention(giver)} kept command. Ask for a new offer.",
        )


class OfferWithdrawn(ProtocolError):
    """Whoever offered command took the offer back."""

    def __init__(self, giver: UserId, at: datetime) -> None:
        super().__init__(f"{mention(giver)} took this offer back at {time_of(at)} and keeps command.")


class ContestTooLate(ProtocolError):
    """The window for a contest has passed."""

    def __init__(self, holder: UserId) -> None:
        super().__init__(
            f"{mention(holder)} is settled in command. Ask for a handover, or call a duty manager.",
        )


class NoStanding(ProtocolError):
    """Only roster commanders and leads of impacted services may contest."""

    def __init__(self, holder: UserId) -> None:
        super().__init__(
            f"{mention(holder)} has command. Only people on the commander roster and leads of impacted "
            "services may contest it; talk to the commander or a duty manager.",
        )


class AlreadyDecided(ProtocolError):
    """Two buttons were pressed; the other one came first."""

    def __init__(self, what: str, by: UserId | None, at: datetime | None) -> None:
        who = f" by {mention(by)}" if by else ""
        when = f" at {time_of(at)}" if at else ""
        super().__init__(f"{what} was already decided{who}{when}.")


class NotNeeded(ProtocolError):
    """The request would change nothing."""


class RoomIsFine(ProtocolError):
    """Nothing is wrong with the room that somebody wants to have mended."""

    def __init__(self, room: str | None) -> None:
        where = f"<#{room}>" if room else "It"
        super().__init__(f"{where} is in order by now; there is nothing to mend.")


class NeedsWords(ProtocolError):
    """An argument is missing or unusable; the text says what to write.

    ``about`` names the argument for those who asked with a form; "" if it is the whole.
    """

    def __init__(self, message: str, *, about: str = "") -> None:
        super().__init__(message)
        self.about = about


class NotQuiet(NeedsWords):
    """Monitoring does not say that it is over; a person may, with a reason."""

    def __init__(self, standing: int, since: datetime | None) -> None:
        alerts = "1 alert stands" if standing == 1 else f"{standing} alerts stand"
        what = f"quiet only since {time_of(since)}" if since else alerts
        super().__init__(
            f"Monitoring is not quiet ({what}). Say why it is over all the same; /incident resolve asks.",
            about="despite",
        )


class KeyReused(ProtocolError):
    """Another request came with the key of an earlier one."""

    def __init__(self, incident: IncidentId) -> None:
        super().__init__(
            f"This key declared {incident_name(incident)} with other words. Use a new key for a new incident."
        )


class SecondPersonNeeded(ProtocolError):
    """Nobody verifies their own statement."""

    def __init__(self) -> None:
        super().__init__("You said this yourself, so somebody else has to verify it: anyone in the room may.")


class OwnChange(ProtocolError):
    """Nobody approves a change they asked for."""

    def __init__(self, ref: str) -> None:
        super().__init__(f"You asked for {ref} yourself. Hand command over, so that somebody else decides.")


class NotReleasable(ProtocolError):
    """The statement may not reach that audience."""


class TextWithheld(ProtocolError):
    """A stakeholder text quotes something that was not released."""


class Conflict(ProtocolError):
    """Publishing waits for a human decision about conflicting workarounds."""


class StaleWrite(Exception):
    """Somebody else changed the record since it was read: load again and decide again."""


class Repeated(Exception):
    """The very same request was done before: there is nothing to do, and nothing to say again."""
