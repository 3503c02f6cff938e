"""Governance: which rule is in force, what waits for whose word, and what became of it."""

from __future__ import annotations

from handlers.names import Action, Ref
from handlers.views.answers import answer
from handlers.views.kit import Block, Element, Message, actions, button, confirm, section
from handlers.views.phrases import named, span
from handlers.views.text import Markup, clock_time, dated, foreign, join, people, person, say
from playbooks.domain.governance import DUTY_MANAGERS, Authority, authority, is_governed
from playbooks.domain.handbook import Handbook
from playbooks.domain.ids import PROTOCOL, UserId
from playbooks.domain.signature import Signature, SignatureState
from playbooks.governance import Act, Model, Silence
from playbooks.protocol.picture import Picture

_SHOWN = 5


def waits_for(user: UserId, picture: Picture) -> list[Block]:
    """What somebody may agree or object to, with the buttons."""
    theirs = [one for one in picture.unsigned if user in one.signers and user != one.proposer]
    return [
        block
        for one in theirs[:_SHOWN]
        for block in (
            section(say("✍️ {incident}: {line}", incident=named(picture.incident), line=signature_line(one))),
            actions(*to_sign(one)),
        )
    ]


def unsigned(picture: Picture) -> list[Block]:
    """What waits for a word, where it is one thing among others."""
    lines = [signature_line(one) for one in picture.unsigned[:_SHOWN]]
    return [section(join([Markup("*Waiting for a word*"), *lines]))] if lines else []


def signature_line(one: Signature) -> Markup:
    """Who wants what, by which rule, and when silence decides."""
    then = "it is done" if one.silence is Silence.STANDS else "nothing is done"
    return say(
        "{who} wants to {what} (rule {rule}). {signers} may agree or object; without a word until {until}, "
        "{then}.",
        who=person(one.proposer),
        what=foreign(one.what, 100),
        rule=one.rule,
        signers=people(user for user in one.signers if user != one.proposer),
        until=clock_time(one.due_at),
        then=then,
    )


def to_sign(one: Signature) -> list[Element]:
    """What whoever is at the centre may press."""
    ref = Ref(incident=one.incident, subject=one.id)
    sure = confirm("Agree?", "It is done at once, and whoever asked is told.", "Agree")
    return [
        button("Agree", Action.AGREE_SIGNATURE, ref, style="primary", confirm=sure),
        button("Object…", Action.OBJECT_SIGNATURE, ref),
    ]


def signed(one: Signature) -> Message:
    """What somebody's word did."""
    return answer(outcome(one))


def outcome(one: Signature) -> Markup:
    """How it ended, in a sentence that stands alone."""
    what, who = foreign(one.what, 100), person(one.proposer)
    match one.state:
        case SignatureState.ASKED:
            return signature_line(one)
        case SignatureState.AGREED:
            return say("✍️ {by} agreed: {who} may {what}, and it is done.", by=_ender(one), who=who, what=what)
        case SignatureState.STOOD:
            return say("✍️ Nobody objected: {who} may {what}, and it is done.", who=who, what=what)
        case SignatureState.VETOED:
            why = foreign(one.reason, 300)
            return say(
                "✋ {by} objected, so {who} does not {what}: {why}",
                by=_ender(one),
                who=who,
                what=what,
                why=why,
            )
        case SignatureState.LAPSED:
            why = dated(one.reason, 400)
            return say("💤 {who} wanted to {what}. Nothing is done: {why}", who=who, what=what, why=why)


def in_force(picture: Picture, handbook: Handbook) -> Markup | None:
    """Which model governs what in this incident; None where the catalogue says nothing of it."""
    if not is_governed(handbook):
        return None
    about = picture.incident.impacted
    by_words: dict[Markup, list[str]] = {}
    for act in Act:
        by_words.setdefault(_ruling(authority(act, about, handbook), handbook), []).append(act.value)
    lines = [say("*{acts}*: {how}", acts=", ".join(acts), how=how) for how, acts in by_words.items()]
    return join([Markup("*Authority*"), *lines])


def _ruling(ruling: Authority, handbook: Handbook) -> Markup:
    is_open = ruling.act in (Act.DECLARE, Act.COMMAND)  # no role is needed for these
    how = {
        Model.DECENTRALISED: Markup("anybody" if is_open else "whoever has the role"),
        Model.FEDERATED: Markup("anybody")
        if is_open
        else say("whoever has the role and {party}", party=_party(ruling, handbook)),
        Model.CENTRALISED: say("{party} alone", party=_party(ruling, handbook)),
    }[ruling.model]
    signed = ruling.cosignature
    veto = (
        say("; {who} may object for {time}", who=people(signed.who), time=span(signed.veto))
        if signed
        else Markup("")
    )
    return say("{model}, {how}{veto} (rule {rule})", model=ruling.model, how=how, veto=veto, rule=ruling.rule)


def _party(ruling: Authority, handbook: Handbook) -> Markup:
    known = handbook.catalogue.parties.get(ruling.party)
    title = known.title if known else "the " + DUTY_MANAGERS
    return foreign(title, 60)


def _ender(one: Signature) -> Markup:
    return person(one.ended_by or PROTOCOL)
