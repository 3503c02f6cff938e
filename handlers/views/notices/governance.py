"""What somebody hears privately about an act that takes a second word."""

from __future__ import annotations

from handlers.views.governance import outcome, signature_line, to_sign
from handlers.views.kit import Block, actions
from handlers.views.text import Markup, say
from playbooks.domain import events as e
from playbooks.domain.ids import UserId
from playbooks.domain.signature import Signature
from playbooks.protocol.picture import Picture

About = e.SignatureAsked | e.SignatureGiven | e.SignatureRefused | e.SignatureLapsed


def words(event: About, picture: Picture) -> Markup | None:
    """The sentence; None for a question that was answered before it could be put."""
    one = _of(event, picture)
    if one is None:
        return None
    if isinstance(event, e.SignatureAsked):
        return say("✍️ {line}", line=signature_line(one)) if one.is_open else None
    return outcome(one)


def choices(event: About, picture: Picture, user: UserId) -> list[Block]:
    """What may be pressed, as it is now."""
    one = _of(event, picture)
    may_sign = one is not None and one.is_open and user in one.signers and user != one.proposer
    return [actions(*to_sign(one))] if one is not None and may_sign else []


def _of(event: About, picture: Picture) -> Signature | None:
    return next((one for one in picture.signatures if one.id == event.signature), None)
