"""Buttons that answer something the bot asked. Buttons that repeat a verb are in ``verbs``."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

from handlers.names import Action, Ref
from handlers.slack import decisions, declaring, governance, merging, tasks
from handlers.slack.calls import Call, Reply
from handlers.slack.verbs import perform, teams
from handlers.views import answers, leads
from handlers.views.approval import decided
from handlers.views.kit import Message
from handlers.views.modals import ending, learning
from handlers.views.modals.declaring import reject as reject_form
from handlers.views.review import review_ready
from handlers.views.statements import facts
from handlers.views.text import Markup, join, person, refusal, say
from playbooks.domain.events import ContestAwarded, ContestDecided, LeadSeated
from playbooks.domain.ids import (
    ClearanceId,
    ContestId,
    HandoverId,
    LadderId,
    ReviewId,
    ServiceName,
    StatementId,
    UserId,
    incident_name,
)
from playbooks.domain.review import Review, ReviewState
from playbooks.domain.role import Role
from playbooks.protocol import beforehand, command, communicate, declare, fate, find, freeze, review

Press = Callable[[Call, Ref], Awaitable[Reply | None]]


async def accept_candidate(call: Call, _ref: Ref) -> Reply:
    """It is a major incident."""
    incident = await declare.accept(call.ports, incident=call.number, by=call.user)
    who = say("✅ {who} says yes.", who=person(call.user))
    return _instead(answers.answer(join([who, answers.declared(incident)], " ")))


async def reject_candidate(call: Call, _ref: Ref) -> None:
    """It is none: ask why."""
    await call.show(reject_form(call.number))


async def accept_ask(call: Call, ref: Ref) -> Reply:
    """Whoever was asked takes the empty seat."""
    taken = await command.accept_ask(call.ports, ladder=LadderId(ref.subject), by=call.user)
    incident = await find.incident(call.ports, number=taken.incident)
    return _instead(answers.took(taken, private=incident.private))


async def decline_ask(call: Call, ref: Ref) -> Reply:
    """Whoever was asked cannot: somebody else is asked at once."""
    following = await command.decline_ask(call.ports, ladder=LadderId(ref.subject), by=call.user)
    return _instead(answers.passed_on(call.number, following))


async def lay_down_role(call: Call, ref: Ref) -> Reply:
    """Whoever was appointed cannot."""
    await command.lay_down(call.ports, incident=call.number, role=Role(ref.words), by=call.user)
    return _instead(answers.answer(Markup("Thank you for saying so. Whoever commands is told.")))


async def lay_down_lead(call: Call, ref: Ref) -> Reply:
    """Whoever leads the work on a service cannot."""
    await command.lay_down_lead(
        call.ports, incident=call.number, service=ServiceName(ref.subject), by=call.user
    )
    return _instead(answers.answer(Markup("Thank you for saying so. Whoever commands is told.")))


async def answer_recall(call: Call, ref: Ref) -> Reply:
    """The commander is there."""
    await command.answer_recall(call.ports, ladder=LadderId(ref.subject), by=call.user)
    return _instead(answers.answer(say("You keep command of *{n}*.", n=incident_name(call.number))))


async def give_way(call: Call, ref: Ref) -> Reply:
    """The commander yields."""
    settled = await command.give_way(call.ports, contest=ContestId(ref.subject), by=call.user)
    return _instead(answers.answer(_seated("You yielded", settled)))


async def keep(call: Call, ref: Ref) -> Reply:
    """The commander does not yield: the tie-break decides now."""
    award = await command.keep(call.ports, contest=ContestId(ref.subject), by=call.user)
    why = join(refusal(reason) for reason in award.reasons)
    lead = _seated("The tie-break decided", award)
    return _instead(answers.answer(join([lead, why])))


async def withdraw(call: Call, ref: Ref) -> Reply:
    """A challenger gives way."""
    await command.withdraw(call.ports, contest=ContestId(ref.subject), by=call.user)
    words = say("You withdrew from the dispute about {n}. Thank you.", n=incident_name(call.number))
    return _instead(answers.answer(words))


async def award(call: Call, ref: Ref) -> Reply:
    """A duty manager decides."""
    settled = await command.override(
        call.ports, contest=ContestId(ref.subject), winner=UserId(ref.words), by=call.user
    )
    return _instead(answers.answer(_seated("You decided", settled)))


async def accept_handover(call: Call, ref: Ref) -> Reply:
    """The taker commands from now on."""
    accepted = await command.accept(call.ports, handover=HandoverId(ref.subject), by=call.user)
    if isinstance(accepted, LeadSeated):
        return _instead(leads.led(accepted, call.handbook))
    words = say(
        "You have command of *{n}*. `/incident` in the room shows what you can do.",
        n=incident_name(call.number),
    )
    return _instead(answers.answer(words))


async def decline_handover(call: Call, ref: Ref) -> Reply:
    """The giver keeps command."""
    offer = await command.decline(call.ports, handover=HandoverId(ref.subject), by=call.user)
    what: str = "command"
    if offer.service:
        what = say("the lead of {service}", service=leads.titles((offer.service,), call.handbook))
    words = say("You declined {what} of *{n}*. Nothing changed.", what=what, n=incident_name(call.number))
    return _instead(answers.answer(words))


async def withdraw_offer(call: Call, _ref: Ref) -> Reply:
    """Whoever offered command keeps it."""
    return Reply(
        message=answers.taken_back(
            await command.withdraw_offer(call.ports, incident=call.number, by=call.user)
        )
    )


async def approve(call: Call, ref: Ref) -> Reply:
    """Let one change through."""
    clearance = await freeze.approve(
        call.ports, clearance=ClearanceId(ref.subject), by=call.user, fence=ref.fence
    )
    return _instead(decided(clearance, await find.picture(call.ports, incident=clearance.incident)))


async def deny(call: Call, ref: Ref) -> None:
    """Keep a change back: ask why."""
    beforehand.deny(await call.picture(), call.user, call.handbook, fence=ref.fence)
    clearance = await find.clearance(call.ports, clearance=ClearanceId(ref.subject))
    await call.show(ending.deny(clearance, ref.fence))


async def verify(call: Call, ref: Ref) -> Reply:
    """Stand for somebody else's statement."""
    await communicate.verify(call.ports, statement=StatementId(ref.subject), by=call.user)
    return await _facts(call)


async def release(call: Call, ref: Ref) -> Reply:
    """Stakeholders may know."""
    await communicate.release(call.ports, statement=StatementId(ref.subject), by=call.user)
    return await _facts(call)


async def refute(call: Call, ref: Ref) -> Reply:
    """It is wrong."""
    await communicate.refute(call.ports, statement=StatementId(ref.subject), by=call.user)
    return await _facts(call)


async def read_review(call: Call, ref: Ref) -> None:
    """Show the post-mortem."""
    await call.show(learning.read(await find.review(call.ports, review=ReviewId(ref.subject))))


async def edit_review(call: Call, ref: Ref) -> Reply | None:
    """Edit its text."""
    found = await find.review(call.ports, review=ReviewId(ref.subject))
    done = await _published(call, found)
    if done is None:
        await call.show(learning.edit(found))
    return done


async def write_finding(call: Call, ref: Ref) -> Reply | None:
    """Conclude from it."""
    found = await find.review(call.ports, review=ReviewId(ref.subject))
    done = await _published(call, found)
    if done is None:
        await call.show(learning.finding(found, call.handbook))
    return done


async def publish(call: Call, ref: Ref) -> Reply | None:
    """Show what publishing would do, and ask."""
    found = await find.review(call.ports, review=ReviewId(ref.subject))
    done = await _published(call, found)
    if done is None:
        await call.show(learning.publish(found, await review.proposal(call.ports, review=found.id)))
    return done


async def pick(call: Call, ref: Ref) -> Reply | None:
    """The incident is known now: do what was asked for."""
    if ref.verb is None:
        return _instead(answers.outdated())
    message = await perform(replace(call, words=ref.words), ref.verb)
    return None if message is None else _instead(message)


async def retry(call: Call, ref: Ref) -> Reply:
    """Have a failed step tried again."""
    tried = await call.desk.retry(ref.subject)
    return Reply(
        message=answers.answer(Markup("It is tried again." if tried else "It is done by now, or gone."))
    )


async def come_back(call: Call, _ref: Ref) -> Reply:
    """Enter the room again."""
    await fate.come_back(call.ports, incident=call.number, by=call.user)
    words = say("I am on my way back into the room of *{n}*.", n=incident_name(call.number))
    return Reply(message=answers.answer(words))


async def new_room(call: Call, _ref: Ref) -> Reply:
    """Open another room."""
    await fate.new_room(call.ports, incident=call.number, by=call.user)
    words = say("A new room for *{n}* is being opened; you are invited to it.", n=incident_name(call.number))
    return Reply(message=answers.answer(words))


async def nothing(_call: Call, _ref: Ref) -> None:
    """A link was opened; Slack only wants to hear that we heard."""


def _seated(lead: str, event: ContestAwarded | ContestDecided) -> Markup:
    """How a dispute ended. It stands alone among private messages, so it names the incident."""
    n = incident_name(event.incident)
    return say("{lead}: {who} has command of *{n}*.", lead=lead, who=person(event.winner), n=n)


async def _published(call: Call, found: Review) -> Reply | None:
    """Nothing is edited any more: the message whose button was pressed says what became of it."""
    if found.state is not ReviewState.PUBLISHED:
        return None
    return _instead(review_ready(await call.picture()))


def _instead(message: Message) -> Reply:
    return Reply(message=message, replace=True)


async def _facts(call: Call) -> Reply:
    return _instead(facts(await call.picture()))


ACTIONS: dict[Action, Press] = {
    Action.MERGE_AGREE: merging.agree,
    Action.MERGE_APART: merging.keep_apart,
    Action.DECLARE_ANYWAY: declaring.anyway,
    Action.JOIN_INSTEAD: declaring.join_instead,
    Action.ACCEPT_CANDIDATE: accept_candidate,
    Action.REJECT_CANDIDATE: reject_candidate,
    Action.ACCEPT_ASK: accept_ask,
    Action.DECLINE_ASK: decline_ask,
    Action.LAY_DOWN_ROLE: lay_down_role,
    Action.LAY_DOWN_LEAD: lay_down_lead,
    Action.END_TEAM: teams.ended,
    Action.EXTEND_TEAM: teams.extended,
    Action.ANSWER_RECALL: answer_recall,
    Action.CONTEST_YIELD: give_way,
    Action.CONTEST_KEEP: keep,
    Action.CONTEST_WITHDRAW: withdraw,
    Action.CONTEST_AWARD: award,
    Action.ACCEPT_HANDOVER: accept_handover,
    Action.DECLINE_HANDOVER: decline_handover,
    Action.WITHDRAW_HANDOVER: withdraw_offer,
    Action.APPROVE_CHANGE: approve,
    Action.DENY_CHANGE: deny,
    Action.TASK_ACCEPT: tasks.accept,
    Action.TASK_DECLINE: tasks.decline,
    Action.TASK_DONE: tasks.done,
    Action.TASK_DROP: tasks.drop,
    Action.TASK_TAKE: tasks.take,
    Action.TASK_GIVE: tasks.give,
    Action.PROPOSE_DECISION: decisions.propose,
    Action.OBJECT_DECISION: decisions.object_to,
    Action.MAKE_DECISION: decisions.decide,
    Action.WITHDRAW_DECISION: decisions.withdraw,
    Action.AGREE_SIGNATURE: governance.agree,
    Action.OBJECT_SIGNATURE: governance.object_to,
    Action.VERIFY_STATEMENT: verify,
    Action.RELEASE_STATEMENT: release,
    Action.REFUTE_STATEMENT: refute,
    Action.READ_REVIEW: read_review,
    Action.EDIT_REVIEW: edit_review,
    Action.WRITE_FINDING: write_finding,
    Action.PUBLISH_REVIEW: publish,
    Action.PICK_INCIDENT: pick,
    Action.ROOM_COME_BACK: come_back,
    Action.ROOM_NEW: new_room,
    Action.RETRY_DELIVERY: retry,
    Action.OPEN_LINK: nothing,
}
