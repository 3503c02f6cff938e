"""``/incident freeze``: what is held and why, and how it ends."""

from __future__ import annotations

from collections.abc import Sequence

from handlers.names import Verb
from handlers.views.approval import approval
from handlers.views.kit import Block, Message, actions, context, divider, message, section
from handlers.views.phrases import code, named, verb_button
from handlers.views.text import Markup, clock_time, foreign, join, say
from playbooks.protocol.picture import Picture

_HOLDS = 8
_INCIDENTS = 5
_PENDING = 4


def freeze_of(picture: Picture) -> Message:
    """The freeze of one incident."""
    lead = _lead(picture)
    return message(lead, *_paragraphs(picture), *_lift(picture))


def freezes(pictures: Sequence[Picture]) -> Message:
    """Every freeze that is on."""
    if not pictures:
        none = Markup("☀️ No change freeze is on.")
        return message(none, section(none))
    lead = say("❄️ Freezes that are on: {n}", n=len(pictures))
    return message(lead, section(lead), *[b for p in pictures[:_INCIDENTS] for b in _paragraphs(p)])


def pending_approvals(picture: Picture) -> Message:
    """The changes that wait for the commander, with their buttons."""
    if not picture.pending:
        none = say("No change waits for approval in {incident}.", incident=named(picture.incident))
        return message(none, section(none))
    lead = say("Waiting for the commander in {incident}", incident=named(picture.incident))
    cards = [[*approval(c, picture).blocks, divider()] for c in picture.pending[:_PENDING]]
    return message(lead, section(lead), *[block for card in cards for block in card])


def _paragraphs(picture: Picture) -> list[Block]:
    blocks = [section(_lead(picture))]
    if picture.holds:
        lines = [
            say(
                "• {ref} since {at}: {why}",
                ref=code(h.ref),
                at=clock_time(h.since),
                why=foreign(h.reason, 200),
            )
            for h in picture.holds[:_HOLDS]
        ]
        blocks.append(section(join(lines)))
    if len(picture.holds) > _HOLDS:
        blocks.append(context(say("and {n} more", n=len(picture.holds) - _HOLDS)))
    return blocks


def _lead(picture: Picture) -> Markup:
    incident = picture.incident
    if incident.freeze_since is None:
        return say("☀️ No change freeze for {incident}.", incident=named(incident))
    if incident.thawed_at is not None:
        return say(
            "☀️ The freeze of {incident} was lifted at {at}.",
            incident=named(incident),
            at=clock_time(incident.thawed_at),
        )
    held = say("{n} held, {waiting} waiting for approval", n=len(picture.holds), waiting=len(picture.pending))
    return say(
        "❄️ Freeze of {incident} since {at}: {held}.",
        incident=named(incident),
        at=clock_time(incident.freeze_since),
        held=held,
    )


def _lift(picture: Picture) -> list[Block]:
    incident = picture.incident
    if incident.freeze_since is None or incident.thawed_at is not None:
        return []
    buttons = [verb_button("Lift the freeze…", Verb.THAW, incident.id)]
    if picture.pending:
        buttons.insert(0, verb_button("Show approvals", Verb.APPROVE, incident.id, style="primary"))
    return [actions(*buttons)]
