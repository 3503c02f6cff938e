"""What the person alone sees in answer: one or two sentences, and the next useful button."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from handlers.deps import Fate
from handlers.names import Action, Callback, Ref, Verb
from handlers.views.forms import modal
from handlers.views.kit import (
    Block,
    Element,
    Message,
    View,
    actions,
    button,
    context,
    link_button,
    message,
    section,
)
from handlers.views.phrases import kind_word, sign, verb_button
from handlers.views.text import Markup, clock_time, foreign, person, plain, refusal, say
from playbooks.domain.command import Ask, Ladder
from playbooks.domain.events import (
    CommandContested,
    CommandTaken,
    ContestJoined,
    EntryCorrected,
    HandoverWithdrawn,
    RoleGiven,
)
from playbooks.domain.handbook import Handbook
from playbooks.domain.ids import ChannelId, IncidentId, UserId, incident_name
from playbooks.domain.incident import Incident, Major
from playbooks.domain.instants import plainly
from playbooks.domain.label import Label, with_label
from playbooks.domain.statement import Statement, StatementClass

MAX_INPUT_ERROR = 300
_MENTION = re.compile(r"<@([UW][A-Z0-9]+)>")
AWAY = {
    Fate.NOTHING: "My records cannot be reached at the moment. Nothing was changed. Go on without me, "
    "and try again in a minute: I come back by myself.",
    Fate.KEPT: "That is done and written down, but my records cannot be reached any more at the moment. "
    "I come back by myself; then `/incident status` shows how things stand.",
    Fate.UNKNOWN: "My records broke off while I was writing that down, and I do not know whether it was "
    "done. I come back by myself: look at `/incident status` before you try again.",
}
"""By what became of the request."""
TELL_A_PERSON = "Nothing was changed. Try again; if it stays so, tell whoever runs this bot."
STUMBLED = {
    Fate.NOTHING: f"That did not work. {TELL_A_PERSON}",
    Fate.KEPT: "That did not work as it should: it was written down, and then something failed inside me. "
    "Look at `/incident status` before you go on, and tell whoever runs this bot.",
    Fate.UNKNOWN: "That did not work as it should: something failed inside me, and I do not know whether "
    "anything was done. Look at `/incident status` before you try again, and tell whoever runs this bot.",
}
"""When something broke inside, by what became of the request."""


def answer(words: Markup, *buttons: Element) -> Message:
    """Sentences, and buttons below them."""
    return message(words, section(words), actions(*buttons) if buttons else None)


def with_note(said: Message, note: Markup | None) -> Message:
    """The same with small print below it."""
    return said if note is None else Message(text=said.text, blocks=[*said.blocks, context(note)])


def refused(text: str) -> Message:
    """The protocol said no, and why."""
    words = refusal(text)
    return message(words, section(say("✋ {words}", words=words)))


def awaits(text: str) -> Message:
    """It is not done yet, because somebody else has a word in it."""
    words = refusal(text)
    return message(words, section(say("⏳ {words}", words=words)))


def refused_plainly(text: str, handbook: Handbook) -> str:
    """The same where Slack shows no mentions, such as below an input: people by their names."""

    def name(mention: re.Match[str]) -> str:
        return (handbook.person(UserId(mention[1])) or "somebody").capitalize()

    return plain(_MENTION.sub(name, plainly(text)), MAX_INPUT_ERROR)


def away(fate: Fate) -> Message:
    """The records cannot be reached. People can go on without the bot for a while."""
    return answer(say("🔌 {words}", words=Markup(AWAY[fate])))


def stumbled(fate: Fate) -> Message:
    """Something broke inside. The person did nothing wrong."""
    return answer(say("😵 {words}", words=Markup(STUMBLED[fate])))


def outdated() -> Message:
    """A button that this version does not know."""
    return answer(Markup("This button is too old to be understood. Use `/incident` in the room instead."))


def shown(title: str, words: Markup, *more: Block) -> View:
    """A modal that says how it went; where no message can be shown to one person."""
    return modal(title, Callback.READING, Ref(), section(words), *more, close="Close")


def in_modal(answered: Message) -> View:
    """An answer as a modal, for places where no message can be shown to one person."""
    return modal("Tocsin", Callback.READING, Ref(), *answered.blocks, close="Close")


def which_incident(verb: Verb, words: str, incidents: Sequence[Incident], names: Sequence[str]) -> Message:
    """Asked outside a war room: the live incidents as buttons that carry out what was asked."""
    if not incidents:
        nothing = Markup("No incident is live. Declare one?")
        return answer(
            nothing, button("Declare…", Action.PICK_INCIDENT, Ref(verb=Verb.DECLARE), style="primary")
        )
    lead = say("Which incident is it about? `/incident {verb}`", verb=verb)
    rows = [
        section(
            say(
                "{sign} *{number}* {severity} {title}",
                sign=sign(incident),
                number=incident_name(incident.id),
                severity=name,
                title=foreign(incident.title, 150),
            ),
            accessory=button(
                "This one", Action.PICK_INCIDENT, Ref(incident=incident.id, verb=verb, words=words)
            ),
        )
        for incident, name in zip(incidents, names, strict=True)
    ]
    return message(lead, section(lead), *rows)


def not_understood(
    word: str, guesses: Sequence[Verb], incident: IncidentId | None, *, title: str, rest: str
) -> Message:
    """A word that is no verb: the nearest ones as buttons, which keep the words, and the way to declare."""
    lead = say("I do not know “{word}”.", word=foreign(word, 60))
    likely = [verb_button(f"Did you mean {guess}?", guess, incident, words=rest) for guess in guesses]
    if Verb.DECLARE not in guesses:
        likely.append(verb_button("Declare an incident…", Verb.DECLARE, None, words=title))
    return answer(lead, *likely, verb_button("Show what I can do", Verb.HELP, None))


def too_long() -> Message:
    """Words that do not fit on a button."""
    return answer(
        Markup(
            "That is too long for a button. Write it in the incident's room, or name the incident: "
            "`/incident INC-7 log …`"
        )
    )


def declared(incident: Incident) -> Markup:
    """What happens now, without any further step of the declarer."""
    if incident.drill is not None:
        return say(
            "🎓 *DRILL {number}* {title} begins. The room is being opened for those who take part; "
            "nobody else is called, and nothing is held.",
            number=incident_name(incident.id),
            title=foreign(incident.title, 150),
        )
    if incident.private:
        return say(
            "🔒 *{number}* is declared privately. A private room is being opened for you and whom you named. "
            "Others may know of it once they are in it: invite them there.",
            number=incident_name(incident.id),
        )
    if incident.major is Major.PROPOSED:
        return say(
            "⏳ *{number}* is proposed. By a rule of governance somebody else has a word in it, and was "
            "asked just now; if nobody objects in time, it is declared by itself.",
            number=incident_name(incident.id),
        )
    return say(
        "*{number}* is declared. The war room is being opened, and you and the people it needs are invited.",
        number=incident_name(incident.id),
    )


def joining(incident: Incident, room_url: Callable[[ChannelId], str]) -> Message:
    """They are being invited, with a button that leads into the room."""
    name = incident_name(incident.id)
    if incident.entered_at is not None:
        return answer(say("*{n}* has no room: it was over when it was entered.", n=name))
    if incident.room is None:
        return answer(say("*{n}* has no room yet. You are invited as soon as it is open.", n=name))
    leads_there = link_button("Open the room", Action.OPEN_LINK, room_url(incident.room))
    return answer(say("You are being invited to the room of *{n}*.", n=name), leads_there)


def took(outcome: CommandTaken | CommandContested | ContestJoined, *, private: bool) -> Message:
    """What pressing *Take command* did."""
    match outcome:
        case CommandTaken():
            return answer(
                say("You have command of *{n}*.", n=incident_name(outcome.incident)),
                verb_button("State the impact…", Verb.IMPACT, outcome.incident),
                *([] if private else [verb_button("Send an update…", Verb.UPDATE, outcome.incident)]),
            )
        case CommandContested():
            return answer(
                say(
                    "{holder} has command and was asked. It is settled by {by}.",
                    holder=person(outcome.incumbent),
                    by=clock_time(outcome.settles_at),
                )
            )
        case ContestJoined():
            return answer(
                Markup("You joined the dispute about command. It is settled when the first one is.")
            )


def passed_on(incident: IncidentId, following: Ask | None) -> Message:
    """Somebody could not take command, and who is asked instead."""
    name = incident_name(incident)
    if following is None:
        return answer(say("Thank you for saying so. A duty manager takes *{n}*.", n=name))
    return answer(
        say("Thank you for saying so. {who} is asked to lead *{n}*.", who=person(following.user), n=name)
    )


def recalled(begun: Ladder) -> Message:
    """A silent commander is asked, and what happens if there is no answer."""
    return answer(
        say(
            "{who} is asked for a sign of life, until {by}. Without one somebody else takes over.",
            who=person(begun.absent or UserId("")),
            by=clock_time(begun.asks_from),
        )
    )


def appointed(event: RoleGiven) -> Message:
    """Somebody has a role, and can say that they cannot."""
    return answer(
        say(
            "{who} is {role} now, and is told what that means.",
            who=person(event.person),
            role=event.role.words,
        )
    )


def offered(incident: IncidentId, taker: UserId) -> Message:
    """Command is offered, and can be taken back."""
    words = say("{who} is asked, with a brief. You command until they accept.", who=person(taker))
    return answer(words, button("Withdraw offer", Action.WITHDRAW_HANDOVER, Ref(incident=incident)))


def taken_back(event: HandoverWithdrawn) -> Message:
    """The offer is gone."""
    return answer(say("You took the offer to {who} back. You keep command.", who=person(event.taker)))


def stated(statement: Statement, number: int) -> Markup:
    """It is written down; what it takes until others may be told."""
    if statement.kind is StatementClass.CAUSE:
        return say(
            "Hypothesis {n} is written down. It stays in this room until somebody else verifies it "
            "with evidence: `/incident verify {n} https://…`",
            n=number,
        )
    return say(
        "Statement {n} ({kind}) is written down. Somebody else confirms it with `/incident verify {n}`.",
        n=number,
        kind=kind_word(statement).lower(),
    )


def noted(text: str, label: Label | None = None, entry: tuple[IncidentId, int] | None = None) -> Message:
    """A key event was written into the log, as the entry of this number; with a way to correct it."""
    words = say("📌 In the log: {text}", text=foreign(with_label(label, text), 300))
    if entry is None:
        return message(words, context(words))
    incident, number = entry
    way = say("{words}  _`/incident correct {n} …` corrects it_", words=words, n=number)
    correct = verb_button("Correct…", Verb.CORRECT, incident, words=str(number))
    return message(words, context(way), actions(correct))


def corrected(event: EntryCorrected) -> Message:
    """An entry reads differently from now on."""
    text = foreign(with_label(event.label, event.text), 300)
    words = say("📌 Entry {n} reads now: {text}", n=event.entry, text=text)
    return message(words, context(words))
