"""Decisions: proposed by command or form; objected to, made and withdrawn by button."""

from __future__ import annotations

from handlers.names import Field, Ref
from handlers.slack import grammar
from handlers.slack.calls import Call, Reply
from handlers.slack.payloads import Submission
from handlers.views import answers
from handlers.views.decisions import decisions, proposed_to_room, said
from handlers.views.kit import Message, View
from handlers.views.modals import decisions as forms
from playbooks.domain.decision import require_open_to
from playbooks.domain.ids import DecisionId
from playbooks.protocol import beforehand
from playbooks.protocol import decisions as protocol


async def typed(call: Call) -> Message:
    """``decide roll back / fail over`` proposes; alone it shows what was proposed so far."""
    text = grammar.readable(call.words)
    if not text:
        return decisions(await call.picture(), call.user, call.handbook)
    proposal = await protocol.propose(
        call.ports, incident=call.number, by=call.user, text=text, options=grammar.options(text)
    )
    return proposed_to_room(proposal)


async def proposed(call: Call, form: Submission) -> View:
    """The form is filled in."""
    options = form.words(Field.CHOICE).splitlines()
    proposal = await protocol.propose(
        call.ports, incident=call.number, by=call.user, text=form.words(Field.TEXT), options=options
    )
    return answers.in_modal(proposed_to_room(proposal))


async def objected(call: Call, form: Submission) -> View:
    """Somebody disagrees, and says why."""
    proposal = await protocol.object_to(
        call.ports, decision=DecisionId(form.ref.subject), by=call.user, reason=form.words(Field.REASON)
    )
    return answers.in_modal(said(proposal))


async def decided(call: Call, form: Submission) -> View:
    """Whoever leads has decided."""
    proposal = await protocol.find(call.ports, decision=DecisionId(form.ref.subject))
    chosen = form.words(Field.CHOICE)
    option = proposal.options[int(chosen)] if chosen.isdecimal() and proposal.options else ""
    made = await protocol.decide(
        call.ports,
        decision=proposal.id,
        by=call.user,
        choice=option,
        reason=form.words(Field.REASON),
        fence=form.ref.fence,
    )
    return answers.in_modal(said(made))


# ------------------------------------------------------------------ buttons
async def propose(call: Call, ref: Ref) -> None:  # noqa: ARG001 - buttons share one shape
    """Ask what is to be decided."""
    await call.show(forms.propose(await call.allowed(beforehand.propose)))


async def object_to(call: Call, ref: Ref) -> None:
    """Ask why."""
    proposal = await protocol.find(call.ports, decision=DecisionId(ref.subject))
    require_open_to(proposal, call.user)
    await call.show(forms.object_to(proposal))


async def decide(call: Call, ref: Ref) -> None:
    """Ask what, and why."""
    picture = await call.allowed(beforehand.decide)
    proposal = await protocol.find(call.ports, decision=DecisionId(ref.subject))
    await call.show(forms.decide(proposal, picture, call.user))


async def withdraw(call: Call, ref: Ref) -> Reply:
    """Take it back."""
    proposal = await protocol.withdraw(call.ports, decision=DecisionId(ref.subject), by=call.user)
    return Reply(message=said(proposal))
