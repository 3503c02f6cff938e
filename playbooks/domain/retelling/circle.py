"""Who may know of it, and whose second word an act waited for."""

from __future__ import annotations

from dataclasses import replace

from playbooks.domain import events as e
from playbooks.domain.ids import PROTOCOL, UserId
from playbooks.domain.retelling.record import Insider, Record, Turns, known
from playbooks.domain.signature import Signature, SignatureState


def let_in(record: Record, person: UserId) -> None:
    """Somebody may know of it from now on."""
    insider = Insider(incident=record.number, person=person)
    if insider not in record.insiders:
        record.insiders.append(insider)


def _left(record: Record, event: e.AccessEnded) -> None:
    record.insiders = [insider for insider in record.insiders if insider.person != event.person]


def _asked(record: Record, event: e.SignatureAsked) -> None:
    record.signatures[event.signature] = Signature(
        id=event.signature,
        incident=event.incident,
        act=event.act,
        subject=event.subject,
        what=event.what,
        words=dict(event.words),
        proposer=event.proposer,
        rule=event.rule,
        signers=event.signers,
        silence=event.silence,
        asked_at=event.at,
        due_at=event.due_at,
    )


def _ended(
    record: Record, event: e.SignatureGiven | e.SignatureRefused | e.SignatureLapsed, state: SignatureState
) -> None:
    signature: Signature = known(record.signatures, event.signature, record)
    record.signatures[signature.id] = replace(
        signature,
        state=state,
        ended_at=event.at,
        ended_by=event.by,
        reason="" if isinstance(event, e.SignatureGiven) else event.reason,
    )


def _given(record: Record, event: e.SignatureGiven) -> None:
    """By somebody, or by silence."""
    _ended(record, event, SignatureState.STOOD if event.by == PROTOCOL else SignatureState.AGREED)


CIRCLE: Turns = {
    e.AccessGiven: lambda r, v: let_in(r, v.person),
    e.AccessEnded: _left,
    e.MadePublic: lambda r, _v: r.becomes(private=False),
    e.SignatureAsked: _asked,
    e.SignatureGiven: _given,
    e.SignatureRefused: lambda r, v: _ended(r, v, SignatureState.VETOED),
    e.SignatureLapsed: lambda r, v: _ended(r, v, SignatureState.LAPSED),
}
