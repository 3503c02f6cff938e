"""What one person hears about the commander's seat, with the buttons that this person may press."""

from __future__ import annotations

from handlers.names import Action, Ref, Verb
from handlers.views.kit import Block, Element, actions, button, confirm, section
from handlers.views.notices import duties, leads, teams
from handlers.views.notices.room import spoken
from handlers.views.phrases import called, named, verb_button
from handlers.views.text import Markup, clock_time, foreign, join, person, say
from playbooks.domain import events as e
from playbooks.domain.command import LadderCause, Seating
from playbooks.domain.handbook import Handbook
from playbooks.domain.ids import ContestId, IncidentId, UserId
from playbooks.protocol.picture import Picture

_SEATED = {
    Seating.ACTING: (
        "🧭 You are *acting commander* of {named}, because nobody took command. You keep it until you hand "
        "it over."
    ),
    Seating.DEPUTY: "🧭 The commander did not answer, so *you command* {named}.",
}
PARTIES_SHOWN = 20
"""A message holds 50 blocks (Slack docs, Block Kit); more people than this dispute nothing."""


def words(  # noqa: PLR0911 - a table
    event: e.Event, picture: Picture, handbook: Handbook, user: UserId
) -> Markup | None:
    """The sentence for ``user``; None if there is nothing to say to this person any more."""
    match event:
        case e.CommandAsked():
            return _asked(event, picture)
        case e.CommandTaken(commander=commander) if commander == user:
            return _seated(event.how, picture, handbook)
        case e.HandoverAccepted(taker=taker) if taker == user:
            return _seated(Seating.HANDOVER, picture, handbook)
        case e.RoleGiven(person=person_) if person_ == user:
            lead = say(
                "🧭 You are *{role}* of {named}.", role=event.role.words, named=named(picture.incident)
            )
            return join([lead, duties.of_role(event.role, handbook)])
        case e.CommanderRecalled(commander=commander) if commander == user:
            return _recalled(event, picture)
        case e.LeadSeated() | e.LeadLeft() | e.LeadWanted():
            return leads.words(event, picture, handbook, user)
        case e.TeamFormed() | e.TeamMoved() | e.TeamChanged() | e.TeamOverdue():
            return teams.words(event, picture, user)
        case _:
            return spoken(event, picture, handbook)


def choices(  # noqa: PLR0911 - a table
    event: e.Event, picture: Picture, handbook: Handbook, user: UserId
) -> list[Block]:
    """What ``user`` may answer."""
    number = event.incident
    match event:
        case e.CommandAsked():
            ref = Ref(incident=number, subject=event.ladder)
            take = button("Take command", Action.ACCEPT_ASK, ref, style="primary")
            return [actions(take, button("I cannot", Action.DECLINE_ASK, ref))]
        case e.CommandTaken(commander=new) | e.HandoverAccepted(taker=new) if new == user:
            impact = verb_button("State the impact…", Verb.IMPACT, number)
            return [actions(impact, verb_button("Hand over…", Verb.HANDOVER, number))]
        case e.RoleGiven(person=person_) if person_ == user:
            return [actions(button("I cannot", Action.LAY_DOWN_ROLE, Ref(incident=number, words=event.role)))]
        case e.CommanderRecalled(commander=commander) if commander == user:
            here = button(
                "I am here", Action.ANSWER_RECALL, Ref(incident=number, subject=event.ladder), style="primary"
            )
            return [actions(here, verb_button("Hand over…", Verb.HANDOVER, number))]
        case e.LeadSeated() | e.LeadLeft() | e.LeadWanted():
            return leads.choices(event, handbook, user)
        case e.TeamFormed() | e.TeamMoved() | e.TeamOverdue() | e.SpanExceeded():
            return teams.choices(event, picture, user)
        case e.CommandContested() | e.ContestJoined() | e.ContestAwarded():
            return _about_dispute(event, picture, handbook, user)
        case _:
            return []


def _seated(how: Seating, picture: Picture, handbook: Handbook) -> Markup:
    """Command, and what it means."""
    lead = say(_SEATED.get(how, "🧭 *You command* {named}."), named=named(picture.incident))
    return join([lead, duties.of_commander(handbook)])


def _asked(event: e.CommandAsked, picture: Picture) -> Markup | None:
    """The question; None once it is answered, so that nobody is asked for what is settled."""
    asked = picture.search.open_ask if picture.search else None
    if asked is None or asked.user != event.person:
        return None
    return say(
        "{called}\n{why}Will you take command? Please answer by {until}; then somebody else is asked.",
        called=called(picture),
        why=_why_asked(picture),
        until=clock_time(event.until),
    )


def _why_asked(picture: Picture) -> Markup:
    """What has become of whoever commands until somebody is found."""
    search = picture.search
    if search is None or search.absent is None:
        return Markup("")
    why = "cannot command any more" if search.cause is LadderCause.GONE else "does not answer"
    return say("{who} {why}. ", who=person(search.absent), why=why)


def _about_dispute(
    event: e.CommandContested | e.ContestJoined | e.ContestAwarded,
    picture: Picture,
    handbook: Handbook,
    user: UserId,
) -> list[Block]:
    match event:
        case e.CommandContested(incumbent=incumbent) if user == incumbent:
            return [actions(*_incumbent(event.incident, event.contest))]
        case e.CommandContested(challenger=challenger) | e.ContestJoined(challenger=challenger) if (
            user == challenger
        ):
            return [actions(_withdraw(event.incident, event.contest))]
        case _ if user in handbook.duty_managers:
            return _award(event.incident, event.contest, _parties(event, picture))
        case _:
            return []


def _parties(
    event: e.CommandContested | e.ContestJoined | e.ContestAwarded, picture: Picture
) -> tuple[UserId, ...]:
    """Everybody between whom a duty manager may choose; nobody once it is decided."""
    contest = picture.contest
    if contest is None or contest.id != event.contest:
        return ()
    everybody = (contest.winner, contest.incumbent, *(c.user for c in contest.standing))
    return tuple(dict.fromkeys(user for user in everybody if user is not None))


def _incumbent(incident: IncidentId, contest: ContestId) -> list[Element]:
    ref = Ref(incident=incident, subject=contest)
    sure = confirm("Give up command?", "The challenger has command from this moment on.", "Yield command")
    return [
        button("Yield", Action.CONTEST_YIELD, ref, confirm=sure),
        button("Keep: decide now", Action.CONTEST_KEEP, ref),
    ]


def _withdraw(incident: IncidentId, contest: ContestId) -> Element:
    return button("Withdraw", Action.CONTEST_WITHDRAW, Ref(incident=incident, subject=contest))


def _award(incident: IncidentId, contest: ContestId, parties: tuple[UserId, ...]) -> list[Block]:
    sure = confirm("Decide this dispute?", "Your decision is final.", "Decide")
    return [
        section(
            say("Give command to {who}", who=person(who)),
            accessory=button(
                "Decide for them",
                Action.CONTEST_AWARD,
                Ref(incident=incident, subject=contest, words=who),
                confirm=sure,
            ),
        )
        for who in parties[:PARTIES_SHOWN]
    ]


def _recalled(event: e.CommanderRecalled, picture: Picture) -> Markup | None:
    """The question; None once it is answered."""
    if picture.search is None or picture.search.id != event.ladder:
        return None
    why = say("\n> {why}", why=foreign(event.reason, 300)) if event.reason else Markup("")
    return say(
        "🔔 Are you still there? {by} waits for you in {named}.{why}\n"
        "Without an answer by {until} somebody else takes command.",
        by=person(event.by),
        named=named(picture.incident),
        why=why,
        until=clock_time(event.answer_by),
    )
