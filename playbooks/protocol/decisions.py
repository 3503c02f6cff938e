"""Deciding together: shown to the room once, confirmed by silence, or decided by whoever leads."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TypedDict

from playbooks.domain import decision as rules
from playbooks.domain.authority import Actor
from playbooks.domain.decision import DecisionState, Proposal
from playbooks.domain.effects import PostProposal, RedrawProposal
from playbooks.domain.entry import JUST_NOW
from playbooks.domain.errors import NeedsWords
from playbooks.domain.events import (
    DecisionLapsed,
    DecisionMade,
    DecisionObjected,
    DecisionProposed,
    DecisionShown,
    DecisionWaits,
    DecisionWithdrawn,
    Event,
)
from playbooks.domain.ids import PROTOCOL, ChannelId, DecisionId, IncidentId, Ts, UserId
from playbooks.domain.incident import Incident
from playbooks.domain.person import kind_of
from playbooks.domain.timers import Timer, TimerKind
from playbooks.domain.turning import require_accepted, require_live
from playbooks.ports import Ports, Unit
from playbooks.protocol.recording import locked, locked_live, owe, record, write_down
from playbooks.schema import Decisions


class _Facts(TypedDict):
    """What every event about a decision says of it."""

    incident: IncidentId
    decision: DecisionId
    number: int
    text: str


async def propose(
    ports: Ports, *, incident: IncidentId, by: UserId, text: str, options: Sequence[str] = ()
) -> Proposal:
    """Show the room what is to be decided, once for words that were typed again just now.

    Raises IncidentNotFound, IncidentOver, NotNeeded, NeedsWords, NotWelcome.
    """
    now = ports.clock.now()
    async with ports.units() as unit:
        found = await locked_live(unit, incident)
        require_accepted(found)
        known = await unit.decisions.of(incident)
        proposal = rules.propose(
            text,
            by,
            options=options,
            decision_id=DecisionId(ports.ids.new()),
            number=1 + max((one.number for one in known), default=0),
            incident=incident,
            policy=_policy(ports),
            at=now,
        )
        again = _proposed_just_now(known, proposal)
        if again is not None:
            return again
        await unit.decisions.add(proposal)
        event = DecisionProposed(
            **_of(proposal),
            by=by,
            at=now,
            options=proposal.options,
            proposer=by,
            pause_seconds=int(proposal.pause.total_seconds()),
        )
        await record(unit, ports, found, event)
        await unit.commit()
    return proposal


async def find(ports: Ports, *, decision: DecisionId) -> Proposal:
    """The proposal as it is now. Raises NeedsWords."""
    async with ports.reading() as unit:
        found = await unit.decisions.find(decision)
        if found is None or await unit.incidents.find(found.incident) is None:
            raise NeedsWords("That proposal does not exist any more.")
    return found


async def object_to(ports: Ports, *, decision: DecisionId, by: UserId, reason: str) -> Proposal:
    """Disagree, so that silence does not decide.

    Raises IncidentOver, AlreadyDecided, NotYourRole, NeedsWords, NotNeeded, NotWelcome.
    """
    now = ports.clock.now()
    async with ports.units() as unit:
        incident, found = await _live(unit, decision)
        stopped = rules.object_to(found, by, reason=reason, at=now)
        event = DecisionObjected(**_of(stopped), by=by, at=now, reason=stopped.objections[-1].reason)
        return await _keep(unit, ports, incident, stopped, event)


async def decide(
    ports: Ports,
    *,
    decision: DecisionId,
    by: UserId,
    choice: str = "",
    reason: str = "",
    fence: int | None = None,
) -> Proposal:
    """Whoever leads decides. ``choice`` "" takes what was proposed.

    Raises IncidentOver, AlreadyDecided, NotYourRole, StaleCommand, NeedsWords, NotWelcome.
    """
    now = ports.clock.now()
    async with ports.units() as unit:
        incident, found = await _live(unit, decision)
        decided = rules.decide(
            found,
            Actor(user=by, kind=kind_of(await unit.members.find(by))),
            choice=choice,
            reason=reason,
            tenure=await unit.tenures.current(incident.id),
            incident=incident,
            handbook=ports.handbook(),
            fence=fence,
            at=now,
        )
        return await _keep(unit, ports, incident, decided, _made(decided, by=by, at=now))


async def withdraw(ports: Ports, *, decision: DecisionId, by: UserId, reason: str = "") -> Proposal:
    """Take it back. Raises IncidentOver, AlreadyDecided, NotYourRole, NotWelcome."""
    now = ports.clock.now()
    async with ports.units() as unit:
        incident, found = await _live(unit, decision)
        back = rules.withdraw(
            found,
            by,
            reason=reason,
            tenure=await unit.tenures.current(incident.id),
            incident=incident,
            handbook=ports.handbook(),
            at=now,
        )
        event = DecisionWithdrawn(**_of(back), by=by, at=now, proposer=back.proposer, reason=back.reason)
        return await _keep(unit, ports, incident, back, event)


async def silent(ports: Ports, *, decision: DecisionId) -> None:
    """The pause is over: silence has decided, or those are asked who have to."""
    now = ports.clock.now()
    async with ports.units() as unit:
        if await unit.decisions.find(decision) is None:
            return
        incident, found = await _held(unit, decision)
        after = rules.silence(found, policy=_policy(ports), at=now) if incident.is_live else None
        if after is None:
            return
        event: Event = (
            _made(after, by=PROTOCOL, at=now)
            if after.state is DecisionState.DECIDED
            else DecisionWaits(
                **_of(after), by=PROTOCOL, at=now, objections=after.objections, passed_up=after.raised > 1
            )
        )
        await _keep(unit, ports, incident, after, event)


# ------------------------------------------------------------------ what becomes of them
async def posted(
    unit: Unit,
    ports: Ports,
    *,
    decision: DecisionId,
    channel: ChannelId,
    ts: Ts,
) -> None:
    """The room can read it: the pause begins. What happened meanwhile is drawn at once."""
    incident, found = await _held(unit, decision)
    await unit.posts.remember(_post(found), channel, ts)
    read = rules.shown(found, at=ports.clock.now()) if incident.is_live else found
    if read != found:
        await unit.decisions.save(read)
        await _set_alarm(unit, ports, incident, read)
        await write_down(unit, ports, _read(read, at=ports.clock.now()))
    if found.objections or not found.is_pending:
        await _redraw(unit, incident, found)


async def post_lost(unit: Unit, *, decision: DecisionId, channel: ChannelId, ts: Ts) -> None:
    """Somebody deleted the post of what is still open: the room is shown it anew, once."""
    incident, found = await _held(unit, decision)
    if found.is_pending and await unit.posts.where(_post(found)) == (channel, ts):
        await unit.posts.forget(_post(found))
        await owe(unit, incident, PostProposal(incident=incident.id, decision=found.id))


async def lapse(unit: Unit, ports: Ports, incident: Incident, *, why: str) -> None:
    """The incident ends, inside the caller's transaction: nobody decides any more."""
    now = ports.clock.now()
    for proposal in await unit.decisions.of(incident.id):
        if not proposal.is_pending:
            continue
        lapsed = rules.lapse(proposal, why=why, at=now)
        await unit.decisions.save(lapsed)
        await unit.timers.cancel(TimerKind.DECISION, proposal.id)
        event = DecisionLapsed(**_of(lapsed), by=PROTOCOL, at=now, proposer=lapsed.proposer, reason=why)
        await record(unit, ports, incident, event)
        await _redraw(unit, incident, lapsed)


# ------------------------------------------------------------------ parts
def _policy(ports: Ports) -> Decisions:
    return ports.handbook().playbook.decisions


def _post(proposal: Proposal) -> str:
    return f"decision:{proposal.id}"


def _proposed_just_now(known: Sequence[Proposal], proposal: Proposal) -> Proposal | None:
    """The same words of the same person: they were typed again because the answer was lost."""
    same = (proposal.text, proposal.options, proposal.proposer)
    return next(
        (
            one
            for one in known
            if one.is_pending
            and (one.text, one.options, one.proposer) == same
            and proposal.proposed_at - one.proposed_at < JUST_NOW
        ),
        None,
    )


def _of(proposal: Proposal) -> _Facts:
    return _Facts(
        incident=proposal.incident,
        decision=proposal.id,
        number=proposal.number,
        text=proposal.text,
    )


def _made(decided: Proposal, *, by: UserId, at: datetime) -> DecisionMade:
    return DecisionMade(
        **_of(decided),
        by=by,
        at=at,
        options=decided.options,
        choice=decided.choice,
        proposer=decided.proposer,
        objections=decided.objections,
        reason=decided.reason,
    )


def _read(proposal: Proposal, *, at: datetime) -> DecisionShown:
    return DecisionShown(
        incident=proposal.incident,
        by=PROTOCOL,
        at=at,
        decision=proposal.id,
        number=proposal.number,
        due_at=proposal.due_at or at,
    )


async def _keep(unit: Unit, ports: Ports, incident: Incident, proposal: Proposal, event: Event) -> Proposal:
    await unit.decisions.save(proposal)
    await _set_alarm(unit, ports, incident, proposal)
    await record(unit, ports, incident, event)
    await _redraw(unit, incident, proposal)
    await unit.commit()
    return proposal


async def _redraw(unit: Unit, incident: Incident, proposal: Proposal) -> None:
    for channel, ts in await unit.posts.about(_post(proposal)):
        effect = RedrawProposal(incident=incident.id, decision=proposal.id, channel=channel, ts=ts)
        await owe(unit, incident, effect)


async def _set_alarm(unit: Unit, ports: Ports, incident: Incident, proposal: Proposal) -> None:
    due = rules.wakes_at(proposal, _policy(ports))
    if due is None:
        await unit.timers.cancel(TimerKind.DECISION, proposal.id)
    else:
        alarm = Timer(kind=TimerKind.DECISION, subject=proposal.id, incident=incident.id, due_at=due)
        await unit.timers.set(alarm)


async def _live(unit: Unit, decision: DecisionId) -> tuple[Incident, Proposal]:
    """A proposal that can still be answered; of one that ended, the rule says how it did."""
    incident, found = await _held(unit, decision)
    if found.is_pending:
        require_live(incident)
    return incident, found


async def _held(unit: Unit, decision: DecisionId) -> tuple[Incident, Proposal]:
    """The proposal as it is once its incident is held."""
    found = await unit.decisions.find(decision)
    if found is None:
        raise NeedsWords("That proposal does not exist any more.")
    incident = await locked(unit, found.incident)
    return incident, await unit.decisions.find(decision) or found
