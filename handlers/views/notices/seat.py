"""Command: who has it, who disputes it, to whom it is offered."""

from __future__ import annotations

from handlers.names import Verb
from handlers.views.kit import Element
from handlers.views.leads import titles
from handlers.views.notices.parts import reasons
from handlers.views.phrases import verb_button
from handlers.views.text import Markup, clock_time, foreign, person, say
from playbooks.domain import events as e
from playbooks.domain.command import Seating
from playbooks.domain.contest import DISPUTABLE
from playbooks.domain.handbook import Handbook

Dispute = e.CommandTaken | e.CommandContested | e.ContestJoined | e.ContestAwarded | e.ContestDecided
Search = (
    e.CommandAsked
    | e.AskDeclined
    | e.AskLapsed
    | e.CommanderRecalled
    | e.CommanderAnswered
    | e.CommanderGone
    | e.CommandUnfilled
    | e.RoleGiven
    | e.RoleLaidDown
)
Offer = e.HandoverOffered | e.HandoverAccepted | e.HandoverDeclined | e.HandoverWithdrawn | e.HandoverExpired


def dispute(event: Dispute) -> Markup:
    """Taking command and disputing it."""
    match event:
        case e.CommandTaken():
            return _taken(event)
        case e.CommandContested():
            return _contested(event)
        case e.ContestJoined():
            who, why = person(event.challenger), foreign(event.reason)
            return say("⚖️ {who} disputes command too: “{why}”", who=who, why=why)
        case e.ContestAwarded():
            return _awarded(event)
        case e.ContestDecided():
            return say(
                "⚖️ Settled: {who} has command.\n{why}", who=person(event.winner), why=reasons(event.reasons)
            )


def search(event: Search) -> Markup:
    """Somebody is wanted for the seat."""
    match event:
        case e.CommandAsked():
            return say(
                "🧭 Nobody has taken command yet. {who} is asked, until {until}.",
                who=person(event.person),
                until=clock_time(event.until),
            )
        case e.AskDeclined():
            why = say(": {why}", why=foreign(event.reason)) if event.reason else Markup(".")
            return say("{who} cannot take command{why}", who=person(event.person), why=why)
        case e.AskLapsed():
            return say("{who} did not answer when asked to take command.", who=person(event.person))
        case e.CommanderRecalled() | e.CommanderAnswered() | e.CommanderGone():
            return _absence(event)
        case e.RoleGiven() | e.RoleLaidDown():
            return _role(event)
        case e.CommandUnfilled():
            return Markup(
                "⚠️ *Nobody commands*, and nobody is left whom the roster would let me ask. "
                "Whoever can lead, take command: `/incident take`"
            )


def _role(event: e.RoleGiven | e.RoleLaidDown) -> Markup:
    who, role = person(event.person), event.role.words
    if isinstance(event, e.RoleGiven):
        return say("🧭 {who} is {role} now.", who=who, role=role)
    return say("{who} cannot be {role} any more. Appoint somebody else.", who=who, role=role)


def _absence(event: e.CommanderRecalled | e.CommanderAnswered | e.CommanderGone) -> Markup:
    who = person(event.commander)
    match event:
        case e.CommanderRecalled():
            why = say(" “{why}”", why=foreign(event.reason, 300)) if event.reason else Markup("")
            return say(
                "🔔 {by} asks whether {who} is still there.{why} Without an answer by {until} "
                "somebody else takes over; until then {who} commands.",
                by=person(event.by),
                who=who,
                why=why,
                until=clock_time(event.answer_by),
            )
        case e.CommanderAnswered():
            return say("🧭 {who} is there and keeps command.", who=who)
        case e.CommanderGone():
            return say(
                "⚠️ {who} cannot command any more: {why}. Somebody else is being asked; whoever can lead "
                "may take command now.",
                who=who,
                why=event.reason,
            )


def offer(event: Offer, handbook: Handbook) -> Markup:
    """Handing command over, or the lead of a service."""
    giver, taker = person(event.giver), person(event.taker)
    match event:
        case e.HandoverOffered() | e.HandoverDeclined() | e.HandoverExpired() if event.service:
            return _offer_of_lead(event, titles((event.service,), handbook))
        case e.HandoverOffered():
            return say(
                "🤝 {giver} offers command to {taker}, until {until}. {giver} commands until it is accepted.",
                giver=giver,
                taker=taker,
                until=clock_time(event.expires_at),
            )
        case e.HandoverAccepted():
            return say("🧭 {taker} has command now, from {giver}.", giver=giver, taker=taker)
        case e.HandoverDeclined():
            why = say(": {why}", why=foreign(event.reason)) if event.reason else Markup(".")
            return say("{taker} declined command{why} {giver} keeps it.", giver=giver, taker=taker, why=why)
        case e.HandoverWithdrawn():
            return say("{giver} took the offer to {taker} back and keeps command.", giver=giver, taker=taker)
        case e.HandoverExpired():
            return say("{taker} did not answer in time. {giver} keeps command.", giver=giver, taker=taker)


def _offer_of_lead(event: e.HandoverOffered | e.HandoverDeclined | e.HandoverExpired, what: Markup) -> Markup:
    taker = person(event.taker)
    match event:
        case e.HandoverOffered():
            until = clock_time(event.expires_at)
            return say(
                "🤝 {taker} is asked to lead {what}, until {until}.", taker=taker, what=what, until=until
            )
        case e.HandoverDeclined():
            why = say(": {why}", why=foreign(event.reason)) if event.reason else Markup(".")
            return say("{taker} declined the lead of {what}{why}", taker=taker, what=what, why=why)
        case e.HandoverExpired():
            return say("{taker} did not answer whether they lead {what}.", taker=taker, what=what)


def contest_button(event: e.CommandTaken) -> Element | None:
    """For whoever should have command instead; None after a decision that stands."""
    return verb_button("Contest…", Verb.CONTEST, event.incident) if event.how in DISPUTABLE else None


def _taken(event: e.CommandTaken) -> Markup:
    who = person(event.commander)
    match event.how:
        case Seating.CLAIM | Seating.AWARD | Seating.HANDOVER:
            return say("🧭 {who} has command.", who=who)
        case Seating.DEPUTY:
            return say("🧭 {who}, the deputy, has command now.", who=who)
        case Seating.OVERRIDE:
            why = foreign(event.reason, 300)
            return say("🧭 {who} takes command and keeps it until a handover: “{why}”", who=who, why=why)
        case Seating.ASKED:
            return say("🧭 {who} was asked and has command.", who=who)
        case Seating.ACTING:
            return say("🧭 {who} is acting commander, because nobody took command.", who=who)


def _contested(event: e.CommandContested) -> Markup:
    return say(
        "⚖️ {challenger} disputes command: “{reason}”\n{incumbent} stays in command. They have until "
        "{settles} to agree; then the tie-break decides, and a duty manager may overrule it until {final}.",
        challenger=person(event.challenger),
        reason=foreign(event.reason, 300),
        incumbent=person(event.incumbent),
        settles=clock_time(event.settles_at),
        final=clock_time(event.final_at),
    )


def _awarded(event: e.ContestAwarded) -> Markup:
    return say(
        "⚖️ Nobody gave way, so the tie-break decides: {winner} has command.\n{reasons}\n"
        "A duty manager may overrule it until {final}.",
        winner=person(event.winner),
        reasons=reasons(event.reasons),
        final=clock_time(event.final_at),
    )
