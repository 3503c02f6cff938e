"""The second word: agreed, objected, or left to silence; what stands is done in the same transaction.

Everything is checked again when it is done: a role that was lost meanwhile, an incident that is over
or a seat that is taken make it lapse, and both sides hear why.
"""

from __future__ import annotations

from collections.abc import Callable

from playbooks.domain import signature as rules
from playbooks.domain.errors import NeedsWords, ProtocolError
from playbooks.domain.ids import PROTOCOL, ClearanceId, SignatureId, StatementId, UserId
from playbooks.domain.incident import Incident, ResolutionCode
from playbooks.domain.signature import Signature
from playbooks.domain.statement import Audience
from playbooks.governance import Act
from playbooks.ports import Ports, Unit
from playbooks.protocol import command, communicate, declare, freeze, resolve, signing
from playbooks.protocol.recording import locked


async def agree(ports: Ports, *, signature: SignatureId, by: UserId) -> Signature:
    """Somebody at the centre agrees: it is done. Raises AlreadyDecided, NotYourRole, NotWelcome.

    What it became is in its state: it lapses if it cannot be done any more.
    """
    now = ports.clock.now()
    return await _settled(ports, signature, lambda found: rules.agree(found, by, at=now), by=by)


async def veto(ports: Ports, *, signature: SignatureId, by: UserId, reason: str) -> Signature:
    """Somebody at the centre objects: it is not done. Raises AlreadyDecided, NotYourRole, NeedsWords."""
    now = ports.clock.now()
    return await _settled(ports, signature, lambda found: rules.veto(found, by, reason=reason, at=now), by=by)


async def silent(ports: Ports, *, signature: SignatureId) -> None:
    """The time is up; an alarm that comes late or twice changes nothing."""
    now = ports.clock.now()
    await _settled(ports, signature, lambda found: rules.silence(found, at=now) or found, by=PROTOCOL)


async def find(ports: Ports, *, signature: SignatureId) -> Signature:
    """It as it is now. Raises NeedsWords."""
    async with ports.reading() as unit:
        found = await unit.signatures.find(signature)
        if found is None or await unit.incidents.find(found.incident) is None:
            raise NeedsWords("That question does not exist any more.")
    return found


async def _settled(
    ports: Ports, signature: SignatureId, decide: Callable[[Signature], Signature], *, by: UserId
) -> Signature:
    async with ports.units() as unit:
        incident, found = await _held(unit, signature)
        ended = decide(found)
        if ended.is_open or not found.is_open:
            return found
        await _keep(unit, ports, incident, ended, by=by)
        try:
            if ended.stands:
                await _do(unit, ports, incident, ended)
        except ProtocolError as no:
            why = no.in_slack
        else:
            await unit.commit()
            return ended
    async with ports.units() as unit:  # what was begun above is undone
        incident, found = await _held(unit, signature)
        if found.is_open:
            found = await signing.give_up(unit, ports, incident, found, why=why)
            await unit.commit()
    return found


async def _do(unit: Unit, ports: Ports, incident: Incident, given: Signature) -> None:
    """The act itself, by whoever wanted it."""
    by, words = given.proposer, given.words
    match given.act:
        case Act.DECLARE:
            await declare.agreed(unit, ports, incident, by=by)
        case Act.COMMAND:
            await command.sit(unit, ports, incident, by=by, signed=True)
        case Act.EXEMPT if given.subject:
            await freeze.let_through(unit, ports, ClearanceId(given.subject), by=by, signed=True)
        case Act.EXEMPT:
            await freeze.lift_by_hand(unit, ports, incident, by=by, reason=words["reason"], signed=True)
        case Act.RELEASE:
            reach = Audience(words["reach"])
            await communicate.let_know(
                unit, ports, StatementId(given.subject), by=by, reach=reach, signed=True
            )
        case Act.RESOLVE:
            await resolve.end(
                unit,
                ports,
                incident,
                by=by,
                code=ResolutionCode(words["code"]),
                note=words["note"],
                despite=words["despite"],
                signed=True,
            )


async def _keep(unit: Unit, ports: Ports, incident: Incident, ended: Signature, *, by: UserId) -> None:
    await signing.conclude(unit, ports, incident, ended, by=by)
    if ended.act is Act.DECLARE and not ended.stands:
        await declare.turn_down(unit, ports, incident, by=by, reason=ended.reason)


async def _held(unit: Unit, signature: SignatureId) -> tuple[Incident, Signature]:
    """It as it is once its incident is held."""
    found = await unit.signatures.find(signature)
    if found is None:
        raise NeedsWords("That question does not exist any more.")
    incident = await locked(unit, found.incident)
    return incident, await unit.signatures.find(signature) or found
