"""Decisions: the one post that the room reads, the list, and what this person may press."""

from __future__ import annotations

from datetime import datetime

from handlers.names import Action, Ref
from handlers.views.answers import answer
from handlers.views.kit import Block, Element, Message, actions, button, confirm, context, message, section
from handlers.views.phrases import count, named, span
from handlers.views.roles import role_of
from handlers.views.text import Markup, clock_time, foreign, join, person, say
from playbooks.domain.decision import MAX_WORDS, DecisionState, Proposal
from playbooks.domain.handbook import Handbook
from playbooks.domain.ids import PROTOCOL, UserId
from playbooks.protocol.picture import Picture

_SHOWN = 10
_ENDED_SHOWN = 5
_OBJECTIONS_SHOWN = 5


def proposal(one: Proposal, picture: Picture) -> Message:
    """The post as it reads now: while it is pending with buttons, then with what became of it."""
    lead = _lead(one)
    rows = [
        section(join([lead, _text(one), *_options(one)])),
        *([section(join(objections(one)))] if one.objections else []),
        context(_small_print(one, picture.at)),
    ]
    if one.is_pending and picture.incident.is_live:
        rows.append(actions(*_everybody(one)))
    return message(say("{lead} {text}", lead=lead, text=foreign(one.text, 200)), *rows)


def decisions(picture: Picture, user: UserId, handbook: Handbook) -> Message:
    """What waits to be decided, and what was decided last."""
    waiting, live = picture.undecided, picture.incident.is_live
    lead = say(
        "{n} pending in {incident}", n=count(len(waiting), "decision"), incident=named(picture.incident)
    )
    leads = role_of(user, picture, handbook).leads
    rows = [block for one in waiting[:_SHOWN] for block in _row(one, picture, user, leads=leads)]
    start = button("Propose a decision…", Action.PROPOSE_DECISION, Ref(incident=picture.incident.id))
    more = len(waiting) - _SHOWN
    return message(
        lead,
        section(lead),
        *rows,
        context(say("and {n} more", n=more)) if more > 0 else None,
        _ended(picture),
        actions(start) if live else None,
    )


def undecided(picture: Picture) -> list[Block]:
    """What waits to be decided, where it is one thing among others."""
    lines = [decision_line(one, picture.at) for one in picture.undecided[:_OBJECTIONS_SHOWN]]
    return [section(join([Markup("*Undecided*"), *lines]))] if lines else []


def decision_line(one: Proposal, at: datetime) -> Markup:
    """Number, words and how it stands."""
    return say("*{n}* {text}\n{how}", n=one.number, text=foreign(one.text, 300), how=how(one, at))


def how(one: Proposal, at: datetime) -> Markup:
    """Who proposed it, and what decides it when; or who decided what."""
    match one.state:
        case DecisionState.PENDING:
            return say("{who} proposes it; {next}", who=person(one.proposer), next=_next(one, at))
        case DecisionState.DECIDED:
            who = Markup("by silence") if one.ended_by == PROTOCOL else say("by {who}", who=_ender(one))
            what = say(": *{choice}*", choice=foreign(one.choice, 100)) if one.options else Markup("")
            return say(
                "decided {who} at {at}{what}{why}", who=who, at=_ended_at(one), what=what, why=_why(one)
            )
        case DecisionState.WITHDRAWN:
            return say("withdrawn by {who} at {at}{why}", who=_ender(one), at=_ended_at(one), why=_why(one))
        case DecisionState.LAPSED:
            return say("not decided{why}", why=_why(one))


def objections(one: Proposal) -> list[Markup]:
    """Who does not agree, and why."""
    lines = [
        say("✋ {who}: {why}", who=person(against.by), why=foreign(against.reason, 300))
        for against in one.objections[:_OBJECTIONS_SHOWN]
    ]
    more = len(one.objections) - len(lines)
    return [*lines, say("and {n} more", n=count(more, "objection"))] if more > 0 else lines


def to_decide(one: Proposal) -> list[Element]:
    """What whoever leads may press."""
    return [_decide(one), _withdraw(one)]


def proposed_to_room(one: Proposal) -> Message:
    """The answer to whoever proposed it."""
    words = say(
        "🗳️ *Decision {n}* is shown to the room: {text}\nIf nobody objects within {pause}, it is decided.",
        n=one.number,
        text=foreign(one.text, 200),
        pause=span(one.pause),
    )
    return answer(words, _withdraw(one))


def said(one: Proposal) -> Message:
    """What somebody's answer to a proposal did."""
    if one.is_pending:
        outcome = Markup(
            "Your objection stands below it. Silence does not decide it any more; who leads does."
        )
    else:
        outcome = say("It is {how}.", how=how(one, one.ended_at or one.proposed_at))
    return answer(
        say("🗳️ *Decision {n}* {text}\n{how}", n=one.number, text=foreign(one.text, 200), how=outcome)
    )


# ------------------------------------------------------------------ parts
def _lead(one: Proposal) -> Markup:
    match one.state:
        case DecisionState.PENDING:
            return say("🗳️ *Decision {n}*, proposed by {who}", n=one.number, who=person(one.proposer))
        case DecisionState.DECIDED:
            return say("✅ *Decision {n}*: decided", n=one.number)
        case DecisionState.WITHDRAWN:
            return say("↩️ *Decision {n}*: withdrawn", n=one.number)
        case DecisionState.LAPSED:
            return say("💤 *Decision {n}*: not decided", n=one.number)


def _text(one: Proposal) -> Markup:
    words = foreign(one.text, MAX_WORDS)
    return say("*{text}*", text=words) if one.is_pending else words


def _options(one: Proposal) -> list[Markup]:
    """What may be chosen, and what is; the first is what silence takes."""
    taken = one.proposed if one.is_pending else one.choice
    sign = "👉" if one.is_pending else "✅"
    return [
        say("{sign} {option}", sign=sign if option == taken else "▫️", option=foreign(option, 100))
        for option in one.options
    ]


def _small_print(one: Proposal, at: datetime) -> Markup:
    if not one.is_pending:
        return say("proposed by {who} · {how}", who=person(one.proposer), how=how(one, at))
    return _next(one, at)


def _next(one: Proposal, at: datetime) -> Markup:
    if one.objections:
        n = count(len(one.objections), "objection")
        return say("{n}: whoever leads decides", n=n)
    until = clock_time(one.due_at or at + one.pause)
    what = say("*{choice}*", choice=foreign(one.proposed, 100)) if one.options else Markup("it")
    return say("if nobody objects by {until}, {what} is decided", until=until, what=what)


def _everybody(one: Proposal) -> list[Element]:
    return [button("Object…", Action.OBJECT_DECISION, _ref(one)), *to_decide(one)]


def _decide(one: Proposal) -> Element:
    label = "Decide…" if one.objections else "Decide now…"
    return button(label, Action.MAKE_DECISION, _ref(one), style="primary" if one.objections else "")


def _withdraw(one: Proposal) -> Element:
    sure = confirm("Withdraw it?", "Nothing is decided then, and the room sees it.", "Withdraw")
    return button("Withdraw", Action.WITHDRAW_DECISION, _ref(one), confirm=sure)


def _ref(one: Proposal) -> Ref:
    return Ref(incident=one.incident, subject=one.id)


def _row(one: Proposal, picture: Picture, user: UserId, *, leads: bool) -> list[Block]:
    words = section(join([decision_line(one, picture.at), *objections(one)]))
    if not picture.incident.is_live:
        return [words]
    theirs = one.proposer == user
    against = [] if theirs else [button("Object…", Action.OBJECT_DECISION, _ref(one))]
    settle = to_decide(one) if leads else [_withdraw(one)] if theirs else []
    return [words, actions(*against, *settle)]


def _ended(picture: Picture) -> Block | None:
    over = [one for one in picture.decisions if not one.is_pending]
    lines = [
        say("✔️ *{n}* {text}: {how}", n=one.number, text=foreign(one.text, 150), how=how(one, picture.at))
        for one in over[-_ENDED_SHOWN:]
    ]
    return context(join(lines)) if lines else None


def _ender(one: Proposal) -> Markup:
    return person(one.ended_by or "")


def _ended_at(one: Proposal) -> Markup:
    return clock_time(one.ended_at or one.proposed_at)


def _why(one: Proposal) -> Markup:
    return say(": {why}", why=foreign(one.reason, 300)) if one.reason else Markup("")
