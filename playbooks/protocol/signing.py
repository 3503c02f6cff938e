"""Asking for the second word that a rule of governance wants, and writing down what rules refuse.

A use case does everything it can check first; what then still takes somebody else's word is kept
with the words that were said, and done by ``protocol.cosign`` when the word is given.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from playbooks.domain import signature as rules
from playbooks.domain.authority import ACTS, Actor, require_welcome
from playbooks.domain.errors import AwaitsWord, CoSignNeeded, RuledOut
from playbooks.domain.events import (
    ActRefused,
    Event,
    SignatureAsked,
    SignatureGiven,
    SignatureLapsed,
    SignatureRefused,
)
from playbooks.domain.ids import PROTOCOL, IncidentId, SignatureId, UserId
from playbooks.domain.incident import Incident
from playbooks.domain.person import kind_of
from playbooks.domain.signature import Signature, SignatureState
from playbooks.domain.timers import Timer, TimerKind
from playbooks.governance import Act, Silence
from playbooks.ports import Ports, Unit
from playbooks.protocol.recording import locked, record

WHILE_LIVE = frozenset((Act.COMMAND, Act.DECLARE, Act.RESOLVE))
"""What makes no sense any more once the incident is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What somebody wants to do, as it can be done later in the same words."""

    act: Act
    by: UserId
    what: str
    subject: str = ""
    words: Mapping[str, str] = field(default_factory=dict)


@asynccontextmanager
async def asking(unit: Unit, ports: Ports, incident: Incident, request: Request) -> AsyncIterator[None]:
    """Do something inside; if it takes somebody else's word first, that is asked for instead.

    Nothing may be written inside before it is known whether it does. What a rule refuses is written
    down. Raises AwaitsWord once it was asked for, and what is raised inside.
    """
    try:
        yield
    except CoSignNeeded as needed:
        raise await ask(unit, ports, incident, request, needed) from needed
    except RuledOut as no:
        await record(unit, ports, incident, _refused(ports, incident.id, request.by, no))
        await unit.commit()
        raise


async def ask(
    unit: Unit, ports: Ports, incident: Incident, request: Request, needed: CoSignNeeded
) -> AwaitsWord:
    """Ask for the word, once for an act, and commit. What to tell whoever wants to do it."""
    known = rules.waiting(await unit.signatures.of(incident.id), request.act, request.subject)
    if known is not None:
        return _answer(known, request.by)
    await _require_welcome(unit, ports, request)
    now = ports.clock.now()
    asked = Signature(
        id=SignatureId(ports.ids.new()),
        incident=incident.id,
        act=request.act,
        subject=request.subject,
        what=request.what,
        words=request.words,
        proposer=request.by,
        rule=needed.rule,
        signers=await _of_those(unit, incident, needed.who),
        silence=Silence.STANDS if needed.stands else Silence.LAPSES,
        asked_at=now,
        due_at=now + needed.veto,
    )
    await unit.signatures.add(asked)
    event = SignatureAsked(
        incident=incident.id,
        by=request.by,
        at=now,
        signature=asked.id,
        act=asked.act,
        what=asked.what,
        rule=asked.rule,
        proposer=asked.proposer,
        signers=asked.signers,
        due_at=asked.due_at,
        silence=asked.silence,
        subject=asked.subject,
        words=tuple(asked.words.items()),
    )
    await record(unit, ports, incident, event)
    alarm = Timer(kind=TimerKind.SIGNATURE, subject=asked.id, incident=incident.id, due_at=asked.due_at)
    await unit.timers.set(alarm)
    await unit.commit()
    return _answer(asked, request.by)


async def refused(ports: Ports, *, incident: IncidentId, by: UserId, no: RuledOut) -> None:
    """Write down that a rule kept somebody from something before a form was shown."""
    async with ports.units() as unit:
        found = await locked(unit, incident)
        await record(unit, ports, found, _refused(ports, incident, by, no))
        await unit.commit()


async def lapse(
    unit: Unit, ports: Ports, incident: Incident, *, why: str, acts: Collection[Act] = frozenset(Act)
) -> None:
    """What waits for a word there cannot be done any more, inside the caller's transaction."""
    for waiting in await unit.signatures.of(incident.id):
        if waiting.is_open and waiting.act in acts:
            await give_up(unit, ports, incident, waiting, why=why)


async def give_up(unit: Unit, ports: Ports, incident: Incident, waiting: Signature, *, why: str) -> Signature:
    """It comes to nothing; both sides are told why."""
    lapsed = rules.lapse(waiting, why=why, at=ports.clock.now())
    await conclude(unit, ports, incident, lapsed, by=PROTOCOL)
    return lapsed


async def conclude(unit: Unit, ports: Ports, incident: Incident, ended: Signature, *, by: UserId) -> None:
    """Keep what somebody, or silence, made of it; both sides hear it."""
    await unit.signatures.save(ended)
    await unit.timers.cancel(TimerKind.SIGNATURE, ended.id)
    await record(unit, ports, incident, _event(ports, ended, by))


def _event(ports: Ports, ended: Signature, by: UserId) -> Event:
    kinds: dict[SignatureState, Callable[..., Event]] = {
        SignatureState.VETOED: SignatureRefused,
        SignatureState.LAPSED: SignatureLapsed,
    }
    reason = {} if ended.stands else {"reason": ended.reason}
    return kinds.get(ended.state, SignatureGiven)(
        incident=ended.incident,
        by=by,
        at=ended.ended_at or ports.clock.now(),
        signature=ended.id,
        act=ended.act,
        what=ended.what,
        rule=ended.rule,
        proposer=ended.proposer,
        signers=ended.signers,
        **reason,
    )


async def _require_welcome(unit: Unit, ports: Ports, request: Request) -> None:
    """Raises NotWelcome early, for what this kind of account could not do later either."""
    action = next(action for action, act in ACTS.items() if act is request.act)
    actor = Actor(user=request.by, kind=kind_of(await unit.members.find(request.by)))
    require_welcome(actor, action, ports.handbook())


async def _of_those(unit: Unit, incident: Incident, people: tuple[UserId, ...]) -> tuple[UserId, ...]:
    """Who of some people may be asked: of what is private, those who may know of it."""
    if not incident.private:
        return people
    insiders = await unit.insiders.of(incident.id)
    return tuple(user for user in people if user in insiders)


def _answer(waiting: Signature, by: UserId) -> AwaitsWord:
    return AwaitsWord(
        waiting.what,
        (user for user in waiting.signers if user != waiting.proposer),
        rule=waiting.rule,
        until=waiting.due_at,
        stands=waiting.silence is Silence.STANDS,
        first=waiting.proposer if waiting.proposer != by else None,
    )


def _refused(ports: Ports, incident: IncidentId, by: UserId, no: RuledOut) -> ActRefused:
    return ActRefused(incident=incident, by=by, at=ports.clock.now(), what=no.what, rule=no.rule, why=str(no))
