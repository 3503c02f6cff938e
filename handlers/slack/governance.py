"""A second word: agreed or objected by button; what a rule refused is written down."""

from __future__ import annotations

from handlers.names import Field, Ref
from handlers.slack.calls import Call, Reply
from handlers.slack.payloads import Submission
from handlers.views import answers
from handlers.views.governance import signed
from handlers.views.kit import View
from handlers.views.modals.governance import object_to as form
from playbooks.domain.ids import SignatureId
from playbooks.domain.signature import require_signer
from playbooks.protocol import cosign


async def agree(call: Call, ref: Ref) -> Reply:
    """Whoever is at the centre agrees."""
    given = await cosign.agree(call.ports, signature=SignatureId(ref.subject), by=call.user)
    return Reply(message=signed(given), replace=True)


async def object_to(call: Call, ref: Ref) -> None:
    """Ask why."""
    waiting = await cosign.find(call.ports, signature=SignatureId(ref.subject))
    require_signer(waiting, call.user)
    await call.show(form(waiting))


async def objected(call: Call, submission: Submission) -> View:
    """Whoever is at the centre objects."""
    refused = await cosign.veto(
        call.ports,
        signature=SignatureId(submission.ref.subject),
        by=call.user,
        reason=submission.words(Field.REASON),
    )
    return answers.in_modal(signed(refused))
