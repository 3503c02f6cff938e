"""Submitted modals: read the inputs, call one use case, close the modal or say how it went.

What was shown may be old by the time it is submitted, so nothing but ids is trusted: the
use case loads and decides again.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

from handlers.names import Callback, Field
from handlers.slack import backfilling, decisions, declaring, governance, merging, reporting, tasks
from handlers.slack.calls import Call
from handlers.slack.learning import publish, save_finding, save_review
from handlers.slack.payloads import Submission
from handlers.slack.verbs import looking, perform, teams, workstreams
from handlers.slack.verbs.seat import give_role, offer
from handlers.views import answers
from handlers.views.kit import View
from playbooks.domain.errors import NeedsWords
from playbooks.domain.ids import ClearanceId, UserId
from playbooks.domain.incident import ResolutionCode
from playbooks.domain.label import Label
from playbooks.domain.role import Role
from playbooks.domain.statement import StatementClass
from playbooks.protocol import command, communicate, declare, freeze, glass, resolve, timeline

Submit = Callable[[Call, Submission], Awaitable[View | None]]


async def reject(call: Call, form: Submission) -> None:
    """Turn a candidate down."""
    await declare.reject(call.ports, incident=call.number, by=call.user, reason=form.words(Field.REASON))


async def log(call: Call, form: Submission) -> None:
    """Write a key event into the log."""
    kind = form.words(Field.KIND)
    label = Label(kind) if kind in tuple(Label) else None
    await timeline.note(
        call.ports, incident=call.number, text=form.words(Field.TEXT), by=call.user, label=label
    )


async def search(call: Call, form: Submission) -> View:
    """Show what was found in the place of the form."""
    return answers.in_modal(await looking.hits(call, form.words(Field.TEXT)))


async def say_verb(call: Call, form: Submission) -> View | None:
    """Do what the verb means with these words, as if they had been typed. Raises NeedsWords."""
    said, verb = form.words(Field.TEXT), form.ref.verb
    if not said or verb is None:
        raise NeedsWords("Write a few words.")
    answer = await perform(replace(call, words=f"{call.words} {said}".strip()), verb)
    return None if answer is None else answers.in_modal(answer)


async def state(call: Call, form: Submission) -> View:
    """Make a statement, and say what it takes until others may be told."""
    kind = StatementClass(form.words(Field.KIND))
    made = await communicate.state(
        call.ports, incident=call.number, kind=kind, text=form.words(Field.TEXT), by=call.user
    )
    number = (await call.picture()).number_of(made.id)
    return answers.shown("Written down", answers.stated(made, number))


async def send_update(call: Call, form: Submission) -> None:
    """Send what was shown, once, composed anew from what is released now."""
    await communicate.send(
        call.ports,
        incident=call.number,
        by=call.user,
        note=form.words(Field.NOTE),
        number=form.ref.fence,
    )


async def hand_over(call: Call, form: Submission) -> None:
    """Offer command."""
    await offer(call, UserId(form.words(Field.PERSON)))


async def contest(call: Call, form: Submission) -> None:
    """Dispute command with a reason."""
    reason = form.words(Field.REASON)
    if not reason:
        raise NeedsWords("Say in one sentence why you should have command.")
    await command.take(call.ports, incident=call.number, by=call.user, reason=reason)


async def appoint(call: Call, form: Submission) -> View:
    """Give somebody a role."""
    role = Role(form.words(Field.KIND))
    given = await give_role(call, role, UserId(form.words(Field.PERSON)))
    return answers.in_modal(answers.appointed(given))


async def recall(call: Call, form: Submission) -> View:
    """Ask a silent commander for a sign of life."""
    begun = await command.recall(
        call.ports, incident=call.number, by=call.user, reason=form.words(Field.REASON)
    )
    return answers.in_modal(answers.recalled(begun))


async def override(call: Call, form: Submission) -> None:
    """Take command in person, after having read what that means."""
    await command.take_over(call.ports, incident=call.number, by=call.user, reason=form.words(Field.REASON))


async def severity(call: Call, form: Submission) -> None:
    """Raise or lower the severity."""
    await resolve.severity(
        call.ports,
        incident=call.number,
        by=call.user,
        severity=int(form.words(Field.SEVERITY)),
        reason=form.words(Field.REASON),
    )


async def mitigate(call: Call, form: Submission) -> None:
    """Users are served again."""
    await resolve.mitigate(call.ports, incident=call.number, by=call.user, note=form.words(Field.NOTE))


async def finish(call: Call, form: Submission) -> None:
    """It is over."""
    await resolve.resolve(
        call.ports,
        incident=call.number,
        by=call.user,
        code=ResolutionCode(form.words(Field.CODE)),
        note=form.words(Field.NOTE),
        despite=form.words(Field.DESPITE),
    )


async def reopen(call: Call, form: Submission) -> None:
    """It came back."""
    await resolve.reopen(call.ports, incident=call.number, by=call.user, reason=form.words(Field.REASON))


async def break_glass(call: Call, form: Submission) -> None:
    """Take the authority of leads for a while."""
    await glass.shatter(call.ports, incident=call.number, by=call.user, reason=form.words(Field.REASON))


async def close(call: Call, form: Submission) -> None:
    """Close the record."""
    await resolve.close(call.ports, incident=call.number, by=call.user, note=form.words(Field.NOTE))


async def thaw(call: Call, form: Submission) -> None:
    """Lift the freeze."""
    await freeze.thaw(call.ports, incident=call.number, by=call.user, reason=form.words(Field.REASON))


async def deny(call: Call, form: Submission) -> None:
    """Keep a change back."""
    await freeze.deny(
        call.ports,
        clearance=ClearanceId(form.ref.subject),
        by=call.user,
        reason=form.words(Field.REASON),
        fence=form.ref.fence,
    )


SUBMISSIONS: dict[Callback, Submit] = {
    Callback.DECLARE: declaring.submitted,
    Callback.BACKFILL: backfilling.submitted,
    Callback.MERGE: merging.submitted,
    Callback.REPORT: reporting.submitted,
    Callback.REJECT: reject,
    Callback.LOG: log,
    Callback.SEARCH: search,
    Callback.VERB: say_verb,
    Callback.TASK: tasks.submitted,
    Callback.GIVE_TASK: tasks.passed_on,
    Callback.PROPOSE_DECISION: decisions.proposed,
    Callback.OBJECT_DECISION: decisions.objected,
    Callback.MAKE_DECISION: decisions.decided,
    Callback.OBJECT_SIGNATURE: governance.objected,
    Callback.STATEMENT: state,
    Callback.UPDATE: send_update,
    Callback.HANDOVER: hand_over,
    Callback.CONTEST: contest,
    Callback.ROLE: appoint,
    Callback.LEAD: workstreams.submitted,
    Callback.TEAM: teams.submitted,
    Callback.RECALL: recall,
    Callback.OVERRIDE: override,
    Callback.SEVERITY: severity,
    Callback.MITIGATE: mitigate,
    Callback.RESOLVE: finish,
    Callback.REOPEN: reopen,
    Callback.GLASS: break_glass,
    Callback.CLOSE: close,
    Callback.THAW: thaw,
    Callback.DENY: deny,
    Callback.REVIEW: save_review,
    Callback.FINDING: save_finding,
    Callback.PUBLISH: publish,
}
