"""The post-mortem: it drafts itself, a human edits and publishes it, and its finding finds a home.

Publishing searches before it creates: the known-error store never holds two records of
the same thing, nor two workarounds that contradict each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from playbooks.domain.clock import read
from playbooks.domain.effects import RefreshCard
from playbooks.domain.entry import digest
from playbooks.domain.errors import AlreadyDecided, Conflict, NeedsWords, NotNeeded
from playbooks.domain.events import (
    FindingAttached,
    KnownErrorCreated,
    ReviewDrafted,
    ReviewEdited,
    ReviewPublished,
)
from playbooks.domain.ids import (
    PROTOCOL,
    KnownErrorId,
    ReviewId,
    UserId,
    WorkaroundId,
    incident_name,
    known_error_name,
)
from playbooks.domain.incident import Incident
from playbooks.domain.known_error import attach, propose
from playbooks.domain.material import ReviewMaterial
from playbooks.domain.review import (
    Confidence,
    Finding,
    Kinship,
    KnownError,
    Proposal,
    Review,
    ReviewState,
    Workaround,
    WorkaroundStatus,
)
from playbooks.domain.statement import Statement, StatementClass, StatementStatus
from playbooks.ports import Ports, Unit
from playbooks.protocol.lookalikes import lookalikes, signature
from playbooks.protocol.recording import locked, owe, record

MAX_BODY = 100_000
Choice = Literal["create", "attach"]
SAME_THING = (Kinship.DUPLICATE, Kinship.SAME_CAUSE, Kinship.CONFLICT, Kinship.CANDIDATE)
"""A second record of these would be a second truth about one problem."""


async def draft(unit: Unit, ports: Ports, incident: Incident) -> Review:
    """Draft from the record, inside the transaction that resolved the incident.

    An incident that was reopened keeps what people wrote: an edited draft is left alone.
    """
    known = await unit.reviews.of(incident.id)
    if known is not None and (known.edited_at is not None or known.state is ReviewState.PUBLISHED):
        return known
    now = ports.clock.now()
    material = await _material(unit, ports, incident)
    review = Review(
        id=known.id if known else ReviewId(ports.ids.new()),
        incident=incident.id,
        state=ReviewState.DRAFT,
        body=ports.write_review(material)[:MAX_BODY],
        finding=material.finding,
        drafted_at=now,
        version=known.version if known else 0,
    )
    await (unit.reviews.save(review) if known else unit.reviews.add(review))
    await record(
        unit, ports, incident, ReviewDrafted(incident=incident.id, by=PROTOCOL, at=now, review=review.id)
    )
    return review


async def redraft(unit: Unit, ports: Ports, incident: Incident) -> None:
    """Let a draft that nobody has touched say what the log has learnt since, without a word."""
    known = await unit.reviews.of(incident.id)
    if known is None or known.edited_at is not None or known.state is ReviewState.PUBLISHED:
        return
    material = await _material(unit, ports, incident)
    body = ports.write_review(material)[:MAX_BODY]
    await unit.reviews.save(replace(known, body=body, finding=material.finding))


async def edit(
    ports: Ports,
    *,
    review: ReviewId,
    by: UserId,
    body: str | None = None,
    finding: Finding | None = None,
) -> Review:
    """A human edits text, finding or both. Raises AlreadyDecided once it is published."""
    now = ports.clock.now()
    async with ports.units() as unit:
        incident, found = await _draft(unit, review)
        edited = replace(
            found,
            body=found.body if body is None else body[:MAX_BODY],
            finding=found.finding if finding is None else finding,
            edited_by=by,
            edited_at=now,
        )
        await unit.reviews.save(edited)
        event = ReviewEdited(
            incident=incident.id,
            by=by,
            at=now,
            review=review,
            text_digest=digest(edited.body),
            finding_digest=digest(edited.finding),
        )
        await record(unit, ports, incident, event)
        await unit.commit()
    return edited


async def proposal(ports: Ports, *, review: ReviewId) -> Proposal:
    """What publishing would do to the known-error store.

    Raises NeedsWords without a finding, AlreadyDecided once it is published.
    """
    async with ports.reading() as unit:
        return await _propose(unit, ports, _unpublished(await unit.reviews.find(review)))


async def publish(ports: Ports, *, review: ReviewId, by: UserId, choice: Choice) -> Review:
    """Publish, and give the finding a home as the human chose.

    Decides on the store as it is now: of two that publish the same finding at the same
    moment, the second is offered to attach. Raises NeedsWords, NotNeeded, Conflict,
    AlreadyDecided.
    """
    now = ports.clock.now()
    async with ports.units() as unit:
        await unit.known_errors.lock_all()
        incident, found = await _draft(unit, review)
        if found.edited_by is None:
            raise NeedsWords("Nobody has read this draft yet. Edit it first: press Edit, check it, save.")
        if incident.private:
            raise NotNeeded(
                f"{incident_name(incident.id)} is private, and a post-mortem is for everybody. "
                "Make it public first: /incident public and the reason."
            )
        if incident.drill is not None:
            raise NotNeeded("This was a drill: its post-mortem stays in the room and makes no known error.")
        proposed = await _propose(unit, ports, found)
        if choice == "create":
            known = await _create(unit, ports, incident, found, proposed, by=by)
        else:
            known = await _attach(unit, ports, incident, found, proposed, by=by)
        published = replace(
            found,
            state=ReviewState.PUBLISHED,
            published_by=by,
            published_at=now,
            known_error=known,
        )
        await unit.reviews.save(published)
        event = ReviewPublished(
            incident=incident.id,
            by=by,
            at=now,
            review=review,
            known_error=known,
            kinship=proposed.kinship,
        )
        await record(unit, ports, incident, event)
        await _show_elsewhere(unit, incident)
        await unit.commit()
    return published


async def _create(
    unit: Unit, ports: Ports, incident: Incident, review: Review, proposed: Proposal, *, by: UserId
) -> KnownErrorId:
    finding = _finding(review)
    if proposed.kinship in SAME_THING and proposed.known_error is not None:
        name = known_error_name(proposed.known_error)
        raise NotNeeded(
            f"This is not new: {proposed.why}. Attach it to {name}, or edit the finding to say what differs."
        )
    now = ports.clock.now()
    known = KnownError(
        id=await unit.known_errors.next_number(),
        title=finding.symptom[:150],
        services=finding.services,
        signature=finding.signature,
        symptoms=(finding.symptom,),
        cause=finding.cause,
        confidence=Confidence.NOT_VALIDATED if finding.cause else Confidence.WORK_IN_PROGRESS,
        workarounds=(_workaround(ports, finding, by=by),) if finding.workaround else (),
        incidents=(incident.id,),
        created_at=now,
        created_by=by,
    )
    await unit.known_errors.add(known)
    event = KnownErrorCreated(
        incident=incident.id,
        by=by,
        at=now,
        known_error=known.id,
        title=known.title,
        workaround=finding.workaround,
    )
    await record(unit, ports, incident, event)
    return known.id


async def _attach(
    unit: Unit, ports: Ports, incident: Incident, review: Review, proposed: Proposal, *, by: UserId
) -> KnownErrorId:
    if proposed.known_error is None:
        raise NotNeeded("No known error is about this. Create a new one.")
    if proposed.kinship is Kinship.CONFLICT:
        name = known_error_name(proposed.known_error)
        raise Conflict(
            f"The workaround contradicts the one of {name} ({proposed.why}). Change one of them first."
        )
    known = await unit.known_errors.find(proposed.known_error)
    if known is None:
        raise NotNeeded("That known error does not exist any more. Create a new one.")
    finding = _finding(review)
    adds = proposed.kinship is Kinship.SAME_CAUSE and bool(finding.workaround)
    joined = attach(
        known,
        finding,
        incident=incident.id,
        workaround=_workaround(ports, finding, by=by) if adds else None,
    )
    await unit.known_errors.save(joined)
    event = FindingAttached(
        incident=incident.id,
        by=by,
        at=ports.clock.now(),
        known_error=known.id,
        title=known.title,
        kinship=proposed.kinship,
    )
    await record(unit, ports, incident, event)
    return known.id


async def _propose(unit: Unit, ports: Ports, review: Review) -> Proposal:
    finding = _finding(review)
    policy = ports.handbook().playbook.known_errors
    return propose(finding, await unit.known_errors.all(), policy=policy)


async def _show_elsewhere(unit: Unit, published: Incident) -> None:
    """Other live incidents may recognise the known error: their cards are drawn again."""
    for live in await unit.incidents.live():
        if live.id != published.id:
            await owe(unit, live, RefreshCard(incident=live.id))


async def _draft(unit: Unit, review: ReviewId) -> tuple[Incident, Review]:
    """The draft as it is once its incident is held."""
    found = _unpublished(await unit.reviews.find(review))
    incident = await locked(unit, found.incident)
    return incident, _unpublished(await unit.reviews.find(review))


def _unpublished(review: Review | None) -> Review:
    if review is None:
        raise NeedsWords("That post-mortem does not exist.")
    if review.state is ReviewState.PUBLISHED:
        raise AlreadyDecided("Publishing this post-mortem", review.published_by, review.published_at)
    return review


async def _material(unit: Unit, ports: Ports, incident: Incident) -> ReviewMaterial:
    handbook = ports.handbook()
    now = ports.clock.now()
    number = incident.id
    episodes = await unit.episodes.of(number)
    statements = await unit.statements.of(number)
    alike = await lookalikes(unit, handbook, incident, episodes)
    calendars = handbook.catalogue.calendars
    clocks = await unit.clocks.of(number)
    return ReviewMaterial(
        at=now,
        incident=incident,
        severity_name=handbook.playbook.severity_name(incident.severity),
        service_titles=tuple(handbook.title(s) for s in incident.impacted),
        entries=tuple(await unit.entries.of(number)),
        tenures=tuple(await unit.tenures.of(number)),
        contests=tuple(await unit.contests.of(number)),
        statements=tuple(statements),
        updates=tuple(await unit.updates.of(number)),
        readings=tuple(read(c, calendars[c.calendar], at=now) for c in clocks),
        clearances=tuple(await unit.clearances.of(number)),
        holds=tuple(await unit.holds.of(number)),
        episodes=tuple(episodes),
        known_errors=tuple(known for known, _ in alike),
        tasks=tuple(await unit.tasks.of(number)),
        decisions=tuple(await unit.decisions.of(number)),
        finding=_suggested(incident, statements, signature(episodes)),
        names={UserId(person.slack): name for name, person in handbook.catalogue.people.items()},
    )


def _suggested(incident: Incident, statements: Sequence[Statement], signs: tuple[str, ...]) -> Finding:
    """What the record suggests: the impact people verified, a verified cause, a stated workaround."""
    return Finding(
        symptom=_latest(statements, StatementClass.IMPACT, verified=True) or incident.title,
        cause=_latest(statements, StatementClass.CAUSE, verified=True),
        workaround=_latest(statements, StatementClass.WORKAROUND, verified=False) or incident.resolution_note,
        effects=(),
        services=incident.impacted,
        signature=signs,
    )


def _latest(statements: Sequence[Statement], kind: StatementClass, *, verified: bool) -> str:
    trusted = (StatementStatus.VERIFIED, StatementStatus.RELEASED)
    usable = trusted if verified else (*trusted, StatementStatus.ASSERTED)
    texts = [s.text for s in statements if s.kind is kind and s.status in usable]
    return texts[-1] if texts else ""


def _finding(review: Review) -> Finding:
    if review.finding is None or not review.finding.symptom.strip():
        raise NeedsWords("Say what users experienced before this is published: press Edit, fill in Symptom.")
    return review.finding


def _workaround(ports: Ports, finding: Finding, *, by: UserId) -> Workaround:
    return Workaround(
        id=WorkaroundId(ports.ids.new()),
        text=finding.workaround,
        effects=finding.effects,
        status=WorkaroundStatus.PROPOSED,
        added_by=by,
        added_at=ports.clock.now(),
    )
