"""A major incident begins: by a trigger rule, by a person, or by accepting a candidate.

Whoever declares, the same path follows: number, log, room, clocks, freeze and the first
promised update are written in one transaction.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from playbooks.domain import signature
from playbooks.domain.alike import look_alike, require_unlike
from playbooks.domain.authority import Action, Actor, Verdict, require, require_signed
from playbooks.domain.entry import JUST_NOW, Entry
from playbooks.domain.errors import AlreadyDecided, CoSignNeeded, KeyReused, NeedsWords, RuledOut, mentions
from playbooks.domain.events import (
    CandidateProposed,
    CandidateRejected,
    Evidence,
    IncidentDeclared,
    IncidentMerged,
    KnownErrorRecognised,
    Let,
)
from playbooks.domain.handbook import Handbook
from playbooks.domain.ids import MONITORING, PROTOCOL, IncidentId, ServiceName, UserId, incident_name
from playbooks.domain.incident import AffectedService, Incident, Major, ServiceRole, State
from playbooks.domain.naming import require_service
from playbooks.domain.signature import CALLED, Signature
from playbooks.domain.timers import Timer, TimerKind
from playbooks.domain.trigger import Fired
from playbooks.governance import Act
from playbooks.ports import Ports, Unit
from playbooks.protocol import clocks, command, communicate, freeze, quiet, report, signing, stale
from playbooks.protocol.lookalikes import lookalikes
from playbooks.protocol.recording import let_in, locked, record

MAX_TITLE = 150  # a header block holds no more (Slack docs, header block)


class AskedBefore(Exception):
    """A request of another tool came again; ``incident`` is what it made when it came first."""

    def __init__(self, incident: Incident) -> None:
        super().__init__(incident_name(incident.id))
        self.incident = incident


async def by_hand(
    ports: Ports,
    *,
    title: str,
    service: str,
    severity: int | None,
    by: UserId,
    env: str = "production",
    despite: Collection[IncidentId] = (),
    source_link: str = "",
    request_key: str = "",
    drill: Collection[UserId] | None = None,
    private: Collection[UserId] | None = None,
) -> Incident:
    """A person declares, once; if monitoring asks about the same service, that answers its question.

    Unknown severity is the candidate's, else the playbook's ``unknown_severity``. ``despite``
    are the open incidents that the declarer has seen and takes for something else;
    ``source_link`` leads to the message from which it was declared. A ``request_key`` declares
    once; AskedBefore tells what it declared, whenever it comes again. ``drill`` names who takes part
    in what is only rehearsed, besides whoever declares it; None is in earnest. ``private`` names who
    may know of it, besides whoever declares it; None is everybody, and nothing that monitoring asks
    is answered by what is private.
    Where a rule gives others a word in it, it is only proposed at first; what is private is refused
    then, because a proposal is public. Raises LooksAlike, KeyReused, RuledOut, AwaitsWord, CoSignNeeded,
    and NeedsWords without a title, or with a service or a severity that nobody described, or for a
    private drill.
    """
    handbook = ports.handbook()
    words, known = _understood(handbook, title, service, severity)
    if drill is not None and private is not None:
        raise NeedsWords("A drill cannot be private: nothing in it is secret. Declare one or the other.")
    async with ports.units() as unit:
        await unit.episodes.lock_intake()
        await _require_first(unit, request_key, words, known)
        if (again := await _declared_just_now(unit, ports, words, known, by)) is not None and (
            (again.drill is None, again.private) == (drill is None, private is not None)
        ):
            return again
        if drill is None:
            alike = look_alike(known, env=env, live=await unit.incidents.live(), graph=handbook.graph)
            require_unlike(alike, despite)
        in_public = drill is None and private is None
        candidate = await _candidate(unit, known, env) if in_public else None
        verdict = _governed(handbook, by, services=(known,), cosigning=in_public) if drill is None else None
        if verdict is not None and verdict.cosignature is not None:
            begun = candidate or await _new(
                unit,
                ports,
                words,
                known,
                severity=severity or handbook.playbook.unknown_severity,
                by=by,
                env=env,
            )
            begun = replace(begun, source_link=source_link, request_key=request_key)
            return await _ask_first(unit, ports, begun, by=by, verdict=verdict, is_new=candidate is None)
        rule = verdict.rule if verdict else ""
        if candidate is not None:
            named = replace(candidate, title=words, source_link=source_link, request_key=request_key)
            level = severity or candidate.severity
            incident = await promote(unit, ports, named, by=by, severity=level, governed_by=rule)
        else:
            level = severity or handbook.playbook.unknown_severity
            begun = await _new(unit, ports, words, known, severity=level, by=by, env=env)
            people = None if drill is None else tuple(dict.fromkeys((by, *drill)))
            sourced = replace(
                begun,
                source_link=source_link,
                request_key=request_key,
                drill=people,
                private=private is not None,
            )
            incident = await _declare(unit, ports, sourced, by=by, named=private or (), governed_by=rule)
        await unit.commit()
    return incident


async def _require_first(unit: Unit, request_key: str, title: str, service: ServiceName) -> None:
    """Raises AskedBefore if the request came before, KeyReused if another one did under its key."""
    done = await unit.incidents.with_key(request_key) if request_key else None
    if done is None:
        return
    if done.title != title or service not in done.impacted:
        raise KeyReused(done.id)
    raise AskedBefore(done)


def _understood(
    handbook: Handbook, title: str, service: str, severity: int | None
) -> tuple[str, ServiceName]:
    """The title as it is kept, and the service that is meant. Raises NeedsWords."""
    words = title.strip()[:MAX_TITLE]
    if not words:
        raise NeedsWords("Say in a few words what is wrong: /incident declare checkout Payments time out")
    known = require_service(handbook, service)
    if severity is not None:
        require_severity(handbook, severity)
    return words, known


async def _declared_just_now(
    unit: Unit, ports: Ports, title: str, service: ServiceName, by: UserId
) -> Incident | None:
    """What the same person has just declared in the same words: the answer to it may have got lost."""
    now = ports.clock.now()
    for incident in await unit.incidents.live():
        same = (incident.declared_by, incident.title) == (by, title) and service in incident.impacted
        if same and incident.major is Major.ACCEPTED and now - incident.declared_at < JUST_NOW:
            return incident
    return None


async def _new(
    unit: Unit, ports: Ports, title: str, service: ServiceName, *, severity: int, by: UserId, env: str
) -> Incident:
    """A major incident that begins now; nothing of it is written yet."""
    now = ports.clock.now()
    return Incident(
        id=await unit.incidents.next_number(),
        title=title,
        env=env,
        severity=severity,
        state=State.OPEN,
        major=Major.ACCEPTED,
        services=(AffectedService(service=service, role=ServiceRole.IMPACTED),),
        impact_started_at=now,
        detected_at=now,
        declared_at=now,
        declared_by=by,
        rule=None,
    )


async def _ask_first(
    unit: Unit, ports: Ports, incident: Incident, *, by: UserId, verdict: Verdict, is_new: bool
) -> Incident:
    """Put a declaration to whoever has a word in it. Raises AwaitsWord if it was asked before."""
    signed = verdict.cosignature
    if signed is None:
        raise ValueError(verdict)
    proposed = replace(incident, major=Major.PROPOSED) if is_new else incident
    if is_new:
        now = proposed.declared_at
        await unit.incidents.add(proposed)
        event = CandidateProposed(
            incident=proposed.id,
            by=by,
            at=now,
            title=proposed.title,
            severity=proposed.severity,
            services=proposed.impacted,
            rule=verdict.rule,
            rule_says="Somebody declares it by hand; by this rule others have a word in it.",
            evidence=(),
            decide_by=now + signed.veto,
            env=proposed.env,
            affected=proposed.services,
            began_at=proposed.impact_started_at,
            detected_at=proposed.detected_at,
            source_link=proposed.source_link,
            request_key=proposed.request_key,
            private=proposed.private,
        )
        await record(unit, ports, proposed, event)
    try:
        require_signed(Action.DECLARE, verdict)
    except CoSignNeeded as needed:
        answer = await signing.ask(unit, ports, proposed, _request(by), needed)
        if not is_new:
            raise answer from needed
    return proposed


def _request(by: UserId) -> signing.Request:
    return signing.Request(act=Act.DECLARE, by=by, what=CALLED[Act.DECLARE])


def _governed(
    handbook: Handbook,
    by: UserId,
    *,
    services: tuple[ServiceName, ...] = (),
    incident: Incident | None = None,
    cosigning: bool = True,
) -> Verdict:
    """By which rule, and with whose word, somebody may declare. Raises RuledOut, CoSignNeeded."""
    return require(
        Actor(user=by),
        Action.DECLARE,
        handbook=handbook,
        tenure=None,
        incident=incident,
        services=services,
        cosigning=cosigning,
    )


async def _declare(
    unit: Unit,
    ports: Ports,
    incident: Incident,
    *,
    by: UserId,
    named: Collection[UserId],
    governed_by: str = "",
) -> Incident:
    await _begin(
        unit, ports, incident, by=by, rule_says="", evidence=(), named=named, governed_by=governed_by
    )
    # Alerts about it may stand already, too few for any rule: they are attached right away.
    due_at = incident.declared_at
    await unit.timers.set(Timer(kind=TimerKind.EVALUATE, subject="all", incident=None, due_at=due_at))
    return incident


async def _candidate(unit: Unit, service: ServiceName, env: str) -> Incident | None:
    """What monitoring asks about a service, held; None if it asks nothing."""
    for incident in await unit.incidents.live():
        if incident.major is Major.PROPOSED and incident.env == env and service in incident.impacted:
            fresh = await locked(unit, incident.id)
            return fresh if fresh.major is Major.PROPOSED else None
    return None


def require_severity(handbook: Handbook, severity: int) -> None:
    """Raises NeedsWords if the playbook does not describe this severity."""
    levels = handbook.playbook.severities
    if severity not in levels:
        named = ", ".join(f"{number} ({levels[number].name})" for number in sorted(levels))
        raise NeedsWords(f"Choose a severity: {named}")


async def by_rule(unit: Unit, ports: Ports, fired: Fired, incident: Incident) -> None:
    """A rule declares inside the transaction that judged the alerts."""
    await _begin(unit, ports, incident, by=MONITORING, rule_says=fired.rule.says, evidence=fired.evidence)


async def propose(unit: Unit, ports: Ports, fired: Fired, incident: Incident, *, again: str = "") -> None:
    """A rule asks: a candidate with a deadline, decided by the playbook on silence.

    ``again`` says what became worse since the same outage was turned down.
    """
    now = incident.declared_at
    decide_by = now + fired.rule.then.decide_within
    await unit.incidents.add(incident)
    event = CandidateProposed(
        incident=incident.id,
        by=MONITORING,
        at=now,
        title=incident.title,
        severity=incident.severity,
        services=incident.impacted,
        rule=fired.rule.id,
        rule_says=fired.rule.says,
        evidence=fired.evidence,
        decide_by=decide_by,
        env=incident.env,
        affected=incident.services,
        began_at=incident.impact_started_at,
        detected_at=incident.detected_at,
        again=again,
    )
    await record(unit, ports, incident, event)
    await unit.timers.set(_alarm(TimerKind.CANDIDATE, incident.id, decide_by))


async def accept(ports: Ports, *, incident: IncidentId, by: UserId) -> Incident:
    """A person makes a candidate a major incident. Raises AlreadyDecided, RuledOut, AwaitsWord."""
    now = ports.clock.now()
    async with ports.units() as unit:
        candidate = await locked(unit, incident)
        await _require_proposed(unit, candidate)
        async with signing.asking(unit, ports, candidate, _request(by)):
            verdict = _governed(ports.handbook(), by, incident=candidate)
            require_signed(Action.DECLARE, verdict)
            waits = await _waits(unit, candidate)
            if waits is not None and by in waits.signers:
                await signing.conclude(unit, ports, candidate, signature.agree(waits, by, at=now), by=by)
            level = candidate.severity
            accepted = await promote(unit, ports, candidate, by=by, severity=level, governed_by=verdict.rule)
        await unit.commit()
    return accepted


async def agreed(unit: Unit, ports: Ports, candidate: Incident, *, by: UserId) -> Incident:
    """Whoever has a word in it let it stand: it is declared inside the caller's transaction.

    Raises AlreadyDecided, RuledOut.
    """
    await _require_proposed(unit, candidate)
    verdict = _governed(ports.handbook(), by, incident=candidate)
    level = candidate.severity
    return await promote(unit, ports, candidate, by=by, severity=level, governed_by=verdict.rule)


async def _waits(unit: Unit, candidate: Incident) -> Signature | None:
    return signature.waiting(await unit.signatures.of(candidate.id), Act.DECLARE, "")


async def promote(
    unit: Unit,
    ports: Ports,
    candidate: Incident,
    *,
    by: UserId,
    severity: int,
    rule: str | None = None,
    rule_says: str = "",
    evidence: tuple[Evidence, ...] = (),
    governed_by: str = "",
) -> Incident:
    """Turn a proposed incident into an accepted one, inside the caller's transaction.

    ``rule`` is the one that declares it; None if a person does.
    """
    accepted = replace(
        candidate,
        major=Major.ACCEPTED,
        severity=severity,
        declared_at=ports.clock.now(),
        declared_by=by,
        rule=rule,
    )
    await unit.timers.cancel(TimerKind.CANDIDATE, str(candidate.id))
    await signing.lapse(unit, ports, candidate, why="it is declared already", acts=(Act.DECLARE,))
    await _begin(
        unit,
        ports,
        accepted,
        by=by,
        rule_says=rule_says,
        evidence=evidence,
        is_new=False,
        governed_by=governed_by,
    )
    return accepted


async def reject(ports: Ports, *, incident: IncidentId, by: UserId, reason: str) -> Incident:
    """A person says that a candidate is no major incident. Raises NeedsWords, AlreadyDecided."""
    if not reason.strip():
        raise NeedsWords("Say in a few words why this is no major incident.")
    async with ports.units() as unit:
        candidate = await locked(unit, incident)
        await _require_word(unit, ports, candidate, by=by, reason=reason)
        rejected = await turn_down(unit, ports, candidate, by=by, reason=reason)
        await unit.commit()
    return rejected


async def _require_word(unit: Unit, ports: Ports, candidate: Incident, *, by: UserId, reason: str) -> None:
    """While a declaration waits for a word, whoever may give it turns it down, or who declared it.

    Raises RuledOut.
    """
    waits = await _waits(unit, candidate)
    if waits is None:
        return
    if by == waits.proposer:
        await signing.give_up(unit, ports, candidate, waits, why="whoever declared it took it back")
    elif by in waits.signers:
        vetoed = signature.veto(waits, by, reason=reason, at=ports.clock.now())
        await signing.conclude(unit, ports, candidate, vetoed, by=by)
    else:
        raise RuledOut("turn it down", mentions((*waits.signers, waits.proposer)), waits.rule)


async def turn_down(unit: Unit, ports: Ports, candidate: Incident, *, by: UserId, reason: str) -> Incident:
    """Reject inside the caller's transaction. Raises AlreadyDecided."""
    await _require_proposed(unit, candidate)
    now = ports.clock.now()
    rejected = replace(candidate, major=Major.REJECTED, state=State.CLOSED, resolved_at=now)
    await unit.incidents.save(rejected)
    await signing.lapse(unit, ports, rejected, why=reason.strip())
    await unit.timers.cancel_all(candidate.id)
    for episode in (await unit.episodes.of(candidate.id))[:1]:
        # From now on its outage is heard if it becomes worse, and in a day at the latest.
        look = Timer(kind=TimerKind.EVALUATE, subject=episode.id, incident=None, due_at=now)
        await unit.timers.set(look)
    event = CandidateRejected(incident=candidate.id, by=by, at=now, reason=reason.strip())
    await record(unit, ports, rejected, event)
    return rejected


async def rejection(unit: Unit, candidate: Incident) -> Entry | None:
    """The entry that says who turned a candidate down; None if nobody did."""
    return await _newest(unit, candidate, CandidateRejected.__name__)


async def _newest(unit: Unit, candidate: Incident, *kinds: str) -> Entry | None:
    entries = await unit.entries.of(candidate.id)
    return next((entry for entry in reversed(entries) if entry.kind in kinds), None)


async def _begin(
    unit: Unit,
    ports: Ports,
    incident: Incident,
    *,
    by: UserId,
    rule_says: str,
    evidence: tuple[Evidence, ...],
    is_new: bool = True,
    named: Collection[UserId] = (),
    governed_by: str = "",
) -> None:
    now = incident.declared_at
    handbook = ports.handbook()
    thresholds = handbook.playbook.freeze.thresholds.get(incident.severity, ())
    frozen = any(risk is not None for risk in thresholds)
    begun = replace(incident, freeze_since=now if frozen else None)
    await (unit.incidents.add(begun) if is_new else unit.incidents.save(begun))
    if begun.private:
        await unit.insiders.add(begun.id, (by,))
    declared = IncidentDeclared(
        incident=incident.id,
        by=by,
        at=now,
        title=incident.title,
        env=incident.env,
        severity=incident.severity,
        services=incident.impacted,
        rule=incident.rule or "",
        rule_says=rule_says,
        evidence=evidence,
        source_link=begun.source_link,
        drill=begun.drill is not None,
        private=begun.private,
        governed_by=governed_by,
        people=begun.drill or (),
        affected=begun.services,
        began_at=begun.impact_started_at,
        detected_at=begun.detected_at,
        request_key=begun.request_key,
    )
    await record(unit, ports, begun, declared)
    if begun.private:
        await let_in(unit, ports, begun, named, by=by, how=Let.NAMED)
    await command.search(unit, ports, begun)
    if begun.drill is None:
        if not begun.private:
            await report.gather(unit, ports, begun)
        await clocks.start(unit, ports, begun)
    await stale.watch(unit, ports, begun)
    if frozen:
        await freeze.begin(unit, ports, begun)
    await _recognise(unit, ports, begun)
    await communicate.promise(unit, ports, begun, number=1, due_at=now + handbook.playbook.updates.first)
    await quiet.listen(unit, ports, begun.id)


async def _recognise(unit: Unit, ports: Ports, incident: Incident) -> None:
    """If this was seen before, the log says so, and the card shows the workaround."""
    episodes = await unit.episodes.of(incident.id)
    alike = await lookalikes(unit, ports.handbook(), incident, episodes)
    if not alike:
        return
    best, score = alike[0]
    event = KnownErrorRecognised(
        incident=incident.id,
        by=PROTOCOL,
        at=ports.clock.now(),
        known_error=best.id,
        title=best.title,
        workaround=best.workarounds[0].text if best.workarounds else "",
        score=round(score, 3),
    )
    await record(unit, ports, incident, event)


async def _require_proposed(unit: Unit, candidate: Incident) -> None:
    """Raises AlreadyDecided, with who decided and when."""
    if candidate.major is Major.PROPOSED:
        return
    no = await _newest(unit, candidate, CandidateRejected.__name__, IncidentMerged.__name__)
    by, at = (no.actor, no.at) if no else (candidate.declared_by, candidate.declared_at)
    how = candidate.state if candidate.merged_into else candidate.major
    raise AlreadyDecided(f"{incident_name(candidate.id)} ({how})", by, at)


def _alarm(kind: TimerKind, incident: IncidentId, due_at: datetime) -> Timer:
    return Timer(kind=kind, subject=str(incident), incident=incident, due_at=due_at)
