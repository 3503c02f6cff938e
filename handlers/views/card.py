"""The incident card, pinned in the war room and always up to date.

Read in three seconds from the top: how bad, who commands, what users miss, what is due.
Buttons are at most five, chosen by the state and by who is missing.
"""

from __future__ import annotations

from collections.abc import Callable

from handlers.names import Action, Ref, Verb
from handlers.views.kit import (
    Block,
    Element,
    Message,
    actions,
    button,
    context,
    fields,
    header,
    message,
    section,
)
from handlers.views.leads import leading
from handlers.views.notices.fate import goes_on, harm_line
from handlers.views.phrases import (
    WRITING_TIME,
    appointed,
    asked_by,
    change_name,
    commander,
    count,
    due,
    headline,
    impact,
    named,
    question_about_command,
    reading,
    services,
    sign,
    state_word,
    verb_button,
)
from handlers.views.tasks import counted
from handlers.views.teams import at_work
from handlers.views.text import (
    Markup,
    clock_time,
    date_and_time,
    foreign,
    is_address,
    join,
    person,
    plain,
    say,
)
from handlers.views.text import link as linked
from playbooks.domain.ids import incident_name, known_error_name
from playbooks.domain.incident import Incident, State
from playbooks.domain.signal import Episode
from playbooks.domain.sla import ClockState
from playbooks.domain.statement import StatementStatus
from playbooks.protocol.picture import Picture

_PARTS_SHOWN = 8


def card(picture: Picture, *, link: Callable[[str], str] | None = None) -> Message:
    """The card as it is now. ``link`` turns a path of ours into an address that people can share."""
    said = say(
        "{sign} {severity} {named}. {commander}.",
        sign=sign(picture.incident),
        severity=picture.severity_name,
        named=named(picture.incident),
        commander=commander(picture),
    )
    return message(
        said,
        *card_body(picture),
        context(
            *_drill(picture),
            *_private(picture),
            *_small_print(picture),
            *_origin(picture),
            *_address(picture, link),
        ),
        actions(*_buttons(picture)),
    )


def retired(incident: Incident) -> Message:
    """What a card becomes when another one took its place."""
    words = say("{named}: {where}", named=named(incident), where=goes_on(incident))
    return message(words, section(words))


def card_body(picture: Picture) -> list[Block]:
    """What the card says, without its small print and buttons."""
    blocks = [
        header(f"{sign(picture.incident)} {headline(picture)}"),
        section(_lead(picture)),
        fields(*_facts(picture)),
        _alerts(picture),
        _reports(picture),
        _seen_before(picture),
        _waiting(picture),
        _work(picture),
        _undecided(picture),
    ]
    return [block for block in blocks if block is not None]


def _lead(picture: Picture) -> Markup:
    lines = [
        commander(picture),
        appointed(picture),
        leading(picture),
        at_work(picture),
        question_about_command(picture),
        _state(picture),
        _entered(picture),
        harm_line(picture.incident),
        *_family(picture),
        _impact(picture),
    ]
    return join(line for line in lines if line is not None)


def _entered(picture: Picture) -> Markup | None:
    """That nobody lived through it here."""
    incident = picture.incident
    if incident.entered_at is None:
        return None
    at = date_and_time(incident.entered_at)
    return say("_entered afterwards by {who} at {at}_", who=person(incident.declared_by), at=at)


def _state(picture: Picture) -> Markup:
    incident = picture.incident
    word = state_word(incident)
    if incident.state is State.OPEN:
        return say("*{word}* since {at}", word=word, at=date_and_time(incident.impact_started_at))
    ended = incident.resolved_at or incident.mitigated_at
    if incident.merged_into is not None:
        there = incident_name(incident.merged_into)
        return say("*{word}* into *{n}*: please go on there", word=word, n=there)
    how = f", {incident.resolution}" if incident.resolution else ""
    if ended is None:
        return say("*{word}*{how}", word=word, how=how)
    return say("*{word}* at {at}{how}", word=word, at=date_and_time(ended), how=how)


def _family(picture: Picture) -> list[Markup]:
    """What it is a part of, and its own parts."""
    parent, parts = picture.incident.parent, picture.children
    above = [say("🧩 Part of *{n}*", n=incident_name(parent))] if parent is not None else []
    named_parts = ", ".join(f"{incident_name(part.id)} {part.state}" for part in parts[:_PARTS_SHOWN])
    more = f" and {len(parts) - _PARTS_SHOWN} more" if len(parts) > _PARTS_SHOWN else ""
    return [*above, *([say("🧩 *Parts* {parts}{more}", parts=named_parts, more=more)] if parts else [])]


def _impact(picture: Picture) -> Markup:
    statement = impact(picture)
    if statement is None:
        return Markup("*Impact* not stated yet: `/incident impact …`")
    words = foreign(statement.text, 500)
    if statement.status is StatementStatus.ASSERTED:
        number = picture.number_of(statement.id)
        return say("*Impact* {words} _(to be verified: `/incident verify {n}`)_", words=words, n=number)
    return say("*Impact* {words}", words=words)


def _facts(picture: Picture) -> list[Markup]:
    return [
        say("*Services*\n{services}", services=services(picture)),
        say("*Next update*\n{due}", due=_next_update(picture)),
        say("*Clock*\n{clock}", clock=_clock(picture)),
        say("*Change freeze*\n{freeze}", freeze=_freeze(picture)),
    ]


def _next_update(picture: Picture) -> Markup:
    if picture.due is None:
        return Markup("none promised")
    late = picture.at >= picture.due.due_at + WRITING_TIME
    mark = Markup("⚠️ " if late else "")
    return join([mark, say("no. {n} {when}", n=picture.due.number, when=due(picture.due, picture.at))], "")


def _clock(picture: Picture) -> Markup:
    counted = [r for r in picture.readings if r.state is not ClockState.CANCELED]
    return join((reading(r) for r in counted[:3]), "\n") if counted else Markup("none promised")


def _freeze(picture: Picture) -> Markup:
    incident = picture.incident
    if incident.freeze_since is None:
        return Markup("off")
    if incident.thawed_at is not None:
        return say("lifted at {at}", at=clock_time(incident.thawed_at))
    held = count(len(picture.holds), "change")
    return say("❄️ on since {at}, {held} held", at=clock_time(incident.freeze_since), held=held)


def _alerts(picture: Picture) -> Block | None:
    """Two alerts are enough to believe it; the log has all of them."""
    firing = [episode for episode in picture.episodes if episode.is_open]
    if not firing:
        return None
    lines = [
        say(
            "• {title}, {origin}, since {at}{seen}",
            title=linked(episode.link, plain(episode.title, 120) or "alert"),
            origin=foreign(episode.origin, 60),
            at=clock_time(episode.starts_at),
            seen=_seen_by(episode),
        )
        for episode in firing[:2]
    ]
    rest = say(" ({n} in all)", n=len(firing)) if len(firing) > len(lines) else Markup("")
    return section(say("*Alerts firing*{rest}\n{lines}", rest=rest, lines=join(lines)))


def _seen_by(episode: Episode) -> Markup:
    """Who said in the alerting tool that they are aware of it."""
    if not episode.acknowledged:
        return Markup("")
    last = episode.acknowledged[-1]
    who = foreign(last.by, 60) or Markup("somebody")
    return say(
        ", 👀 {who} in {where} at {at}", who=who, where=foreign(last.where, 40), at=clock_time(last.at)
    )


def _reports(picture: Picture) -> Block | None:
    """How many users noticed, and what the last one said."""
    if not picture.reports:
        return None
    newest = picture.reports[-1]
    lead = say("👥 *{n}*", n=count(len(picture.reports), "user report"))
    said = say("the newest at {at}: {text}", at=clock_time(newest.at), text=foreign(newest.text, 200))
    return section(join([lead, said], ", "))


def _seen_before(picture: Picture) -> Block | None:
    if not picture.known_errors:
        return None
    known, score = picture.known_errors[0]
    around = known.workarounds[-1].text if known.workarounds else "none written down"
    text = say(
        "💡 *Looks like {name}* {title} ({score} % alike)\n*Way around* {around}",
        name=known_error_name(known.id),
        title=foreign(known.title, 150),
        score=round(100 * score),
        around=foreign(around, 600),
    )
    return section(text)


def _waiting(picture: Picture) -> Block | None:
    if not picture.pending:
        return None
    lines = [
        say("• {change}, asked by {who}", change=change_name(c), who=asked_by(c)) for c in picture.pending[:3]
    ]
    if len(picture.pending) > len(lines):
        lines.append(say("• and {n} more", n=len(picture.pending) - len(lines)))
    return section(say("*Waiting for the commander*\n{lines}", lines=join(lines)))


def _work(picture: Picture) -> Block | None:
    """That people are busy; with what, `/incident tasks` says."""
    if not picture.open_tasks or not picture.incident.is_live:
        return None
    return context(say("📋 {tasks}: `/incident tasks`", tasks=counted(picture)))


def _undecided(picture: Picture) -> Block | None:
    """What the room is about to decide, so that nobody misses it."""
    if not picture.undecided or not picture.incident.is_live:
        return None
    return context(say("🗳️ {n} pending: `/incident decide`", n=count(len(picture.undecided), "decision")))


def _small_print(picture: Picture) -> list[Markup]:
    entries, head = picture.log_head
    counted = (
        count(len(picture.facts), "fact"),
        count(len(picture.hypotheses), "hypothesis", "hypotheses"),
        f"{count(len(picture.pending), 'change')} waiting",
    )
    return [
        Markup(" · ".join(counted)),
        say("log {n} · {hash}", n=entries, hash=foreign(head[:8], 8)),
        say("drawn {at}", at=clock_time(picture.at)),
    ]


def _drill(picture: Picture) -> list[Markup]:
    """What is different, and the way out if something really breaks."""
    if picture.incident.drill is None:
        return []
    words = "🎓 a drill: nobody else is called, nothing is held, no stakeholder hears of it"
    return [Markup(f"{words} · `/incident drill real …` if it is none any more")]


def _private(picture: Picture) -> list[Markup]:
    """Who may know of it, and how that ends."""
    if not picture.incident.private:
        return []
    return [Markup("🔒 private: only members of this room may know of it · `/incident public …` ends that")]


def _origin(picture: Picture) -> list[Markup]:
    """The way back to the message from which it was declared."""
    source = picture.incident.source_link
    return [say("declared from {message}", message=linked(source, "a message"))] if source else []


def _address(picture: Picture, link: Callable[[str], str] | None) -> list[Markup]:
    shared = link is not None and not picture.incident.private
    address = link(f"/incidents/{picture.incident.id}") if link and shared else ""
    return [linked(address, "link to share")] if is_address(address) else []


def _buttons(picture: Picture) -> list[Element]:
    incident = picture.incident
    number, fence = incident.id, incident.fence
    more = verb_button("More…", Verb.MENU, number)
    match incident.state:
        case State.OPEN if picture.tenure is None:
            return [
                verb_button("Take command", Verb.TAKE, number, style="primary"),
                verb_button("State the impact…", Verb.IMPACT, number),
                verb_button("Add to log…", Verb.LOG, number),
                more,
            ]
        case State.OPEN:
            return [
                _tell(incident, style="primary"),
                verb_button("Mitigated…", Verb.MITIGATE, number, fence=fence),
                _hand_over(picture),
                verb_button("Freeze…", Verb.FREEZE, number, fence=fence),
                more,
            ]
        case State.MITIGATED:
            return [
                verb_button("Resolve…", Verb.RESOLVE, number, fence=fence, style="primary"),
                _tell(incident),
                verb_button("It came back…", Verb.REOPEN, number, fence=fence),
                verb_button("Freeze…", Verb.FREEZE, number, fence=fence),
                more,
            ]
        case State.RESOLVED:
            return [
                verb_button("Post-mortem", Verb.REVIEW, number, style="primary"),
                verb_button("It came back…", Verb.REOPEN, number),
                verb_button("Close…", Verb.CLOSE, number),
                more,
            ]
        case State.CLOSED | State.MERGED:
            return [verb_button("Post-mortem", Verb.REVIEW, number), more]


def _tell(incident: Incident, *, style: str = "") -> Element:
    """To stakeholders; of what is private nobody is told, so it is written down."""
    if incident.private:
        return verb_button("Add to log…", Verb.LOG, incident.id, style=style)
    return verb_button("Update…", Verb.UPDATE, incident.id, fence=incident.fence, style=style)


def _hand_over(picture: Picture) -> Element:
    """Give command to somebody; or take back what is offered."""
    number, fence = picture.incident.id, picture.incident.fence
    if picture.handover is not None:
        return button("Withdraw offer", Action.WITHDRAW_HANDOVER, Ref(incident=number, fence=fence))
    return verb_button("Hand over…", Verb.HANDOVER, number, fence=fence)
