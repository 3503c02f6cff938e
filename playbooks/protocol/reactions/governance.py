"""A second word: whoever may give it is asked privately, and both sides hear what came of it."""

from __future__ import annotations

from playbooks.domain import events as e
from playbooks.domain.effects import Effect
from playbooks.protocol.reactions.scene import Reaction, Scene, all_but, tell

_Ended = e.SignatureGiven | e.SignatureRefused | e.SignatureLapsed


def _asked(event: e.SignatureAsked, scene: Scene) -> tuple[Effect, ...]:  # noqa: ARG001 - one shape for all
    return tell(event, event.signers)


def _ended(event: _Ended, scene: Scene) -> tuple[Effect, ...]:  # noqa: ARG001 - one shape for all
    return tell(event, all_but(event.by, event.proposer, *event.signers))


REACTIONS: dict[type[e.Event], Reaction] = {
    e.SignatureAsked: _asked,
    e.SignatureGiven: _ended,
    e.SignatureRefused: _ended,
    e.SignatureLapsed: _ended,
}
