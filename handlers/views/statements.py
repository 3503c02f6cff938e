"""The facts and hypotheses of an incident, numbered, with the next step of each.

Statements with a step left come first; what was refuted stays visible, so that nobody
brings it up twice.
"""

from __future__ import annotations

from collections.abc import Sequence

from handlers.names import Action, Ref, Verb
from handlers.views.kit import Block, Element, Message, actions, button, confirm, context, message, section
from handlers.views.phrases import kind_word, named, verb_button
from handlers.views.text import Markup, foreign, join, person, say
from playbooks.domain.statement import Audience, Statement, StatementStatus
from playbooks.protocol.picture import Picture

_SHOWN = 10
_MARKS = {
    StatementStatus.ASSERTED: "❔",
    StatementStatus.VERIFIED: "✔️",
    StatementStatus.RELEASED: "📣",
    StatementStatus.REFUTED: "✖️",
    StatementStatus.WITHDRAWN: "✖️",
}


def facts(picture: Picture) -> Message:
    """Everything that was stated, newest last, with buttons."""
    standing = [s for s in picture.statements if _stands(s)]
    fallen = [s for s in picture.statements if not _stands(s)]
    lead = say("What is known about {incident}", incident=named(picture.incident))
    rows = [block for statement in standing[-_SHOWN:] for block in _row(statement, picture)]
    if not rows:
        rows = [section(Markup("Nothing was stated yet. Say what users experience: `/incident impact …`"))]
    return message(
        lead,
        section(lead),
        *rows,
        _earlier(len(standing) - _SHOWN),
        _fallen(fallen, picture),
        actions(
            verb_button("Impact…", Verb.IMPACT, picture.incident.id),
            verb_button("Fact…", Verb.FACT, picture.incident.id),
            verb_button("Hypothesis…", Verb.HYPOTHESIS, picture.incident.id),
        ),
    )


def statement_line(statement: Statement, number: int) -> Markup:
    """Number, kind, words and how far it has come."""
    return say(
        "{mark} *{n}* {kind}: {words} _({how})_",
        mark=_MARKS[statement.status],
        n=number,
        kind=kind_word(statement),
        words=foreign(statement.text, 400),
        how=_how(statement),
    )


def _how(statement: Statement) -> Markup:
    match statement.status:
        case StatementStatus.ASSERTED:
            return say("{who} says so", who=person(statement.author))
        case StatementStatus.VERIFIED:
            return say("verified by {who}", who=person(statement.verifier or ""))
        case StatementStatus.RELEASED:
            return say("released to {reach}", reach=_READERS[statement.reach])
        case StatementStatus.REFUTED:
            return say("refuted by {who}", who=person(statement.refuted_by or ""))
        case StatementStatus.WITHDRAWN:
            return Markup("withdrawn")


_READERS = {
    Audience.WAR_ROOM: "the war room",
    Audience.INTERNAL: "colleagues",
    Audience.STAKEHOLDER: "stakeholders",
    Audience.PUBLIC: "the public",
}


def _stands(statement: Statement) -> bool:
    return statement.status not in (StatementStatus.REFUTED, StatementStatus.WITHDRAWN)


def _row(statement: Statement, picture: Picture) -> list[Block]:
    line = section(statement_line(statement, picture.number_of(statement.id)))
    return [line, actions(*_steps(statement, picture))]


def _steps(statement: Statement, picture: Picture) -> list[Element]:
    ref = Ref(incident=picture.incident.id, subject=statement.id)
    readers_know = statement.status is StatementStatus.RELEASED
    sure = confirm(
        "Is it wrong?",
        "Stakeholders were told. A correction becomes due at once."
        if readers_know
        else "It will be marked as refuted.",
        "It is wrong",
    )
    refute = button("It is wrong", Action.REFUTE_STATEMENT, ref, confirm=sure)
    match statement.status:
        case StatementStatus.ASSERTED:
            return [button("Verify", Action.VERIFY_STATEMENT, ref), refute]
        case StatementStatus.VERIFIED:
            return [button("Release to stakeholders", Action.RELEASE_STATEMENT, ref), refute]
        case _:
            return [refute]


def _earlier(number: int) -> Block | None:
    return context(say("and {n} earlier", n=number)) if number > 0 else None


def _fallen(statements: Sequence[Statement], picture: Picture) -> Block | None:
    if not statements:
        return None
    lines = [statement_line(s, picture.number_of(s.id)) for s in statements[-5:]]
    return context(join(lines))
