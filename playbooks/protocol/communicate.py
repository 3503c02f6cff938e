"""Statements and stakeholder updates: who stands for what, and what readers are told when.

An update is composed from released statements and nothing else. It can always be sent:
when nothing is known yet, it says that, and when the next one comes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from playbooks.domain import hygiene
from playbooks.domain.authority import Action, Actor, require, require_signed
from playbooks.domain.cadence import next_due
from playbooks.domain.correcting import CORRECTED, NOTED
from playbooks.domain.digest import Digest, compose, text
from playbooks.domain.entry import JUST_NOW
from playbooks.domain.errors import (
    AnotherPerson,
    IncidentNotFound,
    NeedsWords,
    NotNeeded,
    TextWithheld,
    mention,
)
from playbooks.domain.events import (
    StatementMade,
    StatementRefuted,
    StatementReleased,
    StatementVerified,
    UpdateAdvanced,
    UpdateDue,
    UpdateOverdue,
    UpdatePromised,
    UpdateSent,
)
from playbooks.domain.ids import PROTOCOL, IncidentId, StatementId, UpdateId, UserId
from playbooks.domain.incident import Incident, State
from playbooks.domain.instants import time_of
from playbooks.domain.label import Label
from playbooks.domain.person import kind_of
from playbooks.domain.privacy import require_told
from playbooks.domain.roles import comms_of
from playbooks.domain.statement import Audience, Statement, StatementClass, StatementStatus
from playbooks.domain.timers import Timer, TimerKind
from playbooks.domain.update import Update, UpdateState
from playbooks.governance import Act
from playbooks.ports import Ports, Unit
from playbooks.protocol import family, signing
from playbooks.protocol.recording import locked, record, write_down
from playbooks.schema import TwoPeople

NOTES = 1_000
"""Among so many of the newest key events hypotheses are looked for."""
MAX_STATEMENT = 500


async def state(
    ports: Ports,
    *,
    incident: IncidentId,
    kind: StatementClass,
    text: str,
    by: UserId,
) -> Statement:
    """Somebody states something; a cause is a hypothesis until a second person verifies it.

    Words that are typed again just now are one statement: its answer may have got lost.
    """
    if not text.strip():
        raise NeedsWords("Write the sentence too, for example: /incident impact 30 % of payments fail in EU")
    now = ports.clock.now()
    statement = Statement(
        id=StatementId(ports.ids.new()),
        incident=incident,
        kind=kind,
        text=" ".join(text.split())[:MAX_STATEMENT],
        author=by,
        asserted_at=now,
    )
    async with ports.units() as unit:
        found = await locked(unit, incident)
        if (again := await _stated_just_now(unit, statement)) is not None:
            return again
        await unit.statements.add(statement)
        event = StatementMade(
            incident=incident, by=by, at=now, statement=statement.id, kind=kind, text=statement.text
        )
        await record(unit, ports, found, event)
        await unit.commit()
    return statement


async def _stated_just_now(unit: Unit, new: Statement) -> Statement | None:
    for old in await unit.statements.of(new.incident):
        same = (old.author, old.kind, old.text) == (new.author, new.kind, new.text)
        if (
            same
            and old.status is not StatementStatus.REFUTED
            and new.asserted_at - old.asserted_at < JUST_NOW
        ):
            return old
    return None


async def numbered(ports: Ports, *, incident: IncidentId, number: int) -> Statement:
    """The statement people mean by its number in this incident. Raises NeedsWords."""
    async with ports.reading() as unit:
        statements = await unit.statements.of(incident)
    if not 1 <= number <= len(statements):
        raise NeedsWords(
            f"There is no statement {number} here. /incident status lists them with their numbers."
        )
    return statements[number - 1]


async def verify(
    ports: Ports,
    *,
    statement: StatementId,
    by: UserId,
    evidence: tuple[str, ...] = (),
) -> Statement:
    """A second person stands for it. Raises SecondPersonNeeded, NotNeeded, NeedsWords."""
    now = ports.clock.now()
    async with ports.units() as unit:
        incident, before = await _load(unit, statement)
        after = hygiene.verify(before, by, evidence=evidence, at=now)
        await unit.statements.save(after)
        event = StatementVerified(
            incident=incident.id,
            by=by,
            at=now,
            statement=statement,
            kind=after.kind,
            text=after.text,
            evidence=after.evidence,
        )
        await record(unit, ports, incident, event)
        await unit.commit()
    return after


async def release(
    ports: Ports,
    *,
    statement: StatementId,
    by: UserId,
    reach: Audience = Audience.STAKEHOLDER,
) -> Statement:
    """It may be told to ``reach``. Raises NotYourRole, RuledOut, NotReleasable, AwaitsWord."""
    async with ports.units() as unit:
        incident, _ = await _load(unit, statement)
        place = [one.id for one in await unit.statements.of(incident.id)].index(statement)
        what = f"release statement {place + 1}"
        words = {"reach": reach.value}
        request = signing.Request(act=Act.RELEASE, by=by, what=what, subject=statement, words=words)
        async with signing.asking(unit, ports, incident, request):
            after = await let_know(unit, ports, statement, by=by, reach=reach)
        await unit.commit()
    return after


async def let_know(
    unit: Unit,
    ports: Ports,
    statement: StatementId,
    *,
    by: UserId,
    reach: Audience,
    signed: bool = False,
) -> Statement:
    """Release inside the caller's transaction; ``signed`` if whoever has to agree did."""
    now, handbook = ports.clock.now(), ports.handbook()
    incident, before = await _load(unit, statement)
    comms = comms_of(await unit.assignments.current(incident.id))
    tenure = await unit.tenures.current(incident.id)
    actor = Actor(user=by, kind=kind_of(await unit.members.find(by)))
    verdict = require(
        actor,
        Action.RELEASE,
        handbook=handbook,
        tenure=tenure,
        incident=incident,
        comms=comms,
        cosigning=True,
    )
    if TwoPeople.RELEASE in handbook.playbook.authority.two_people and before.verifier == by:
        raise AnotherPerson("verified it", "release it", (user for user in verdict.who_may if user != by))
    speaks = by in (*comms, *handbook.comms)
    commands = tenure is not None and tenure.user == by
    # Whom a rule lets release without any of the two roles speaks in the commander's place.
    after = hygiene.release(before, by, reach, at=now, is_commander=commands or not speaks, is_comms=speaks)
    if not signed:
        require_signed(Action.RELEASE, verdict)
    await unit.statements.save(after)
    event = StatementReleased(
        incident=incident.id,
        by=by,
        at=now,
        statement=statement,
        kind=after.kind,
        text=after.text,
        reach=after.reach,
        asked=reach,
        as_commander=commands or not speaks,
        as_comms=speaks,
        governed_by=verdict.rule,
    )
    await record(unit, ports, incident, event)
    return after


async def refute(ports: Ports, *, statement: StatementId, by: UserId) -> Statement:
    """It is wrong. What stakeholders were told is corrected: the next update is due at once."""
    now = ports.clock.now()
    async with ports.units() as unit:
        incident, before = await _load(unit, statement)
        after = hygiene.refute(before, by, at=now)
        was_released = hygiene.correction_due(after)
        await unit.statements.save(after)
        event = StatementRefuted(
            incident=incident.id,
            by=by,
            at=now,
            statement=statement,
            kind=after.kind,
            text=after.text,
            was_released=was_released,
        )
        await record(unit, ports, incident, event)
        if was_released:
            await owe_news(unit, ports, incident)
        await unit.commit()
    return after


async def draft(ports: Ports, *, incident: IncidentId) -> Digest:
    """What readers would be told now. Raises IncidentNotFound."""
    async with ports.reading() as unit:
        found = await unit.incidents.find(incident)
        if found is None:
            raise IncidentNotFound(incident)
        require_told(found)
        due = await unit.updates.due(incident)
        return await _compose(unit, ports, found, number=due.number if due else 0)


async def send(
    ports: Ports, *, incident: IncidentId, by: UserId, note: str = "", number: int | None = None
) -> Update:
    """Send the update that is due, or the next one early, and promise the one after it.

    ``note`` is a sentence of the sender's own; it is refused if it says what was not
    released. ``number`` is that of the draft which the sender read: one that somebody else has
    sent meanwhile is not sent again as the next. Raises NotYourRole, NotNeeded, TextWithheld.
    """
    now = ports.clock.now()
    handbook = ports.handbook()
    async with ports.units() as unit:
        found = await locked(unit, incident)
        require_told(found)
        tenure = await unit.tenures.current(incident)
        comms = comms_of(await unit.assignments.current(incident))
        actor = Actor(user=by, kind=kind_of(await unit.members.find(by)))
        require(actor, Action.SEND, handbook=handbook, tenure=tenure, incident=found, comms=comms)
        due = await unit.updates.due(incident)
        await _must_be_unsent(unit, incident, number)
        if due is None:
            raise NotNeeded(
                "The last update was sent and nothing more is promised. Reopen the incident to send more."
            )
        _check(note, await unit.statements.of(incident), await _guesses(unit, incident) if note else ())
        next_at = _next_at(ports, found)
        digest = await _compose(unit, ports, found, number=due.number, note=note)
        sent = replace(
            due,
            state=UpdateState.SENT,
            cites=digest.cites,
            sent_at=now,
            sent_by=by,
            next_promised_at=next_at,
            digest=digest,
        )
        await unit.updates.save(sent)
        await _quiet_timers(unit, due.id)
        event = UpdateSent(
            incident=incident,
            by=by,
            at=now,
            update=due.id,
            number=due.number,
            text=text(digest),
            cites=digest.cites,
            next_at=next_at,
            digest=digest,
        )
        await record(unit, ports, found, event)
        if next_at is not None:
            await promise(unit, ports, found, number=due.number + 1, due_at=next_at)
        await family.owe_news(unit, ports, found)
        await unit.commit()
    return sent


async def _must_be_unsent(unit: Unit, incident: IncidentId, number: int | None) -> None:
    """Raises NotNeeded for an update that readers have already."""
    for update in await unit.updates.of(incident):
        if update.number == number and update.sent_at and update.sent_by:
            raise NotNeeded(
                f"Update {number} was sent by {mention(update.sent_by)} at {time_of(update.sent_at)}. "
                "Open the form again to send one more."
            )


async def promise(unit: Unit, ports: Ports, incident: Incident, *, number: int, due_at: datetime) -> None:
    """Promise update ``number`` for ``due_at``, inside the caller's transaction; none of what is private."""
    if incident.private:
        return
    update = Update(id=UpdateId(ports.ids.new()), incident=incident.id, number=number, due_at=due_at)
    await unit.updates.add(update)
    event = UpdatePromised(
        incident=incident.id,
        by=PROTOCOL,
        at=ports.clock.now(),
        update=update.id,
        number=number,
        due_at=due_at,
    )
    await record(unit, ports, incident, event)
    await unit.timers.set(_alarm(TimerKind.UPDATE_DUE, update, due_at))


async def update_due(ports: Ports, *, update: UpdateId) -> None:
    """The promised time is here: whoever writes updates gets the draft, once."""
    policy = ports.handbook().playbook.updates
    async with ports.units() as unit:
        due = await unit.updates.find(update)
        if due is None or due.state is not UpdateState.DUE or ports.clock.now() < due.due_at:
            return
        incident = await locked(unit, due.incident)
        event = UpdateDue(
            incident=incident.id, by=PROTOCOL, at=ports.clock.now(), update=update, number=due.number
        )
        await record(unit, ports, incident, event)
        overdue_at = due.due_at + policy.escalate_after
        await unit.timers.set(_alarm(TimerKind.UPDATE_OVERDUE, due, overdue_at))
        await unit.commit()


async def update_overdue(ports: Ports, *, update: UpdateId) -> None:
    """Nobody sent it: the duty managers are told."""
    async with ports.units() as unit:
        due = await unit.updates.find(update)
        if due is None or due.state is not UpdateState.DUE:
            return
        incident = await locked(unit, due.incident)
        event = UpdateOverdue(
            incident=incident.id,
            by=PROTOCOL,
            at=ports.clock.now(),
            update=update,
            number=due.number,
            due_at=due.due_at,
        )
        await record(unit, ports, incident, event)
        await unit.commit()


async def owe_news(unit: Unit, ports: Ports, incident: Incident) -> None:
    """Readers are to hear of it now: the promised update comes forward, or a new one is promised.

    Of a private incident nothing is promised.
    """
    due = await unit.updates.due(incident.id)
    now = ports.clock.now()
    if due is None:
        number = len(await unit.updates.of(incident.id)) + 1
        await promise(unit, ports, incident, number=number, due_at=now)
    elif due.due_at > now:
        await unit.updates.save(replace(due, due_at=now))
        event = UpdateAdvanced(
            incident=incident.id, by=PROTOCOL, at=now, update=due.id, number=due.number, due_at=now
        )
        await write_down(unit, ports, event)
        await unit.timers.set(_alarm(TimerKind.UPDATE_DUE, due, now))


async def _load(unit: Unit, statement: StatementId) -> tuple[Incident, Statement]:
    """The statement as it is once its incident is held."""
    found = await unit.statements.find(statement)
    if found is None:
        raise NeedsWords("That statement does not exist. /incident status lists them with their numbers.")
    incident = await locked(unit, found.incident)
    fresh = await unit.statements.find(statement)
    return incident, fresh or found


async def _compose(unit: Unit, ports: Ports, incident: Incident, *, number: int, note: str = "") -> Digest:
    handbook = ports.handbook()
    updates = await unit.updates.of(incident.id)
    return compose(
        incident=incident.id,
        severity=handbook.playbook.severity_name(incident.severity),
        services=tuple(handbook.title(s) for s in incident.impacted),
        state=incident.state,
        since=incident.impact_started_at,
        statements=await unit.statements.of(incident.id),
        number=number,
        at=ports.clock.now(),
        next_at=_next_at(ports, incident),
        env=incident.env,
        note=note,
        told_until=max((u.sent_at for u in updates if u.sent_at), default=None),
    )


def _next_at(ports: Ports, incident: Incident) -> datetime | None:
    """When the update after this one is promised; None after the last one."""
    if incident.state not in (State.OPEN, State.MITIGATED):
        return None
    return next_due(incident.declared_at, ports.handbook().playbook.updates, at=ports.clock.now())


async def _guesses(unit: Unit, incident: IncidentId) -> tuple[str, ...]:
    """Every hypothesis that was written into the log."""
    noted = await unit.entries.newest_of(incident, (NOTED, CORRECTED), NOTES)
    return tuple(
        str(entry.body["text"])
        for entry in noted
        if entry.body and entry.body.get("label") == Label.HYPOTHESIS
    )


def _check(note: str, statements: Sequence[Statement], guesses: Sequence[str]) -> None:
    refusal = hygiene.withheld(note, statements, guesses=guesses) if note.strip() else None
    if refusal is not None:
        raise TextWithheld(refusal)


async def _quiet_timers(unit: Unit, update: UpdateId) -> None:
    await unit.timers.cancel(TimerKind.UPDATE_DUE, update)
    await unit.timers.cancel(TimerKind.UPDATE_OVERDUE, update)


def _alarm(kind: TimerKind, update: Update, due_at: datetime) -> Timer:
    return Timer(kind=kind, subject=update.id, incident=update.incident, due_at=due_at)
