"""``/service impact``: what hangs on a service, and who answers for it."""

from __future__ import annotations

from itertools import groupby

from handlers.names import SERVICE_COMMAND
from handlers.views.kit import Block, Message, context, header, message, section
from handlers.views.phrases import count
from handlers.views.text import Markup, foreign, join, people, say
from playbooks.domain.handbook import Handbook
from playbooks.domain.impact import Answering, Impact

_SHOWN = 12
"""Services of one ring; the catalogue has all of them."""
_NAMES = 20
_RINGS = (
    "it, what it needs, and what shares its machines",
    "what needs it, or works closely with it",
    "what the same team owns besides",
)


def impact_of(found: Impact, handbook: Handbook) -> Message:
    """The rings, the most important services first."""
    title = handbook.title(found.service)
    near = sum(map(len, found.rings[:2]))
    lead = say("Around *{title}*: {n} in rings 0 and 1.", title=foreign(title, 80), n=count(near, "service"))
    return message(
        lead,
        header(f"What hangs on {title}"),
        *(_ring(number, found.rings[number]) for number in range(len(_RINGS))),
        _rest(found.rings[len(_RINGS)]),
        *_circles(found),
        context(
            Markup(
                "While it is down, changes wait from the inside out: the nearer and the riskier, the sooner."
            )
        ),
    )


def service_help() -> Message:
    """What can be asked about services."""
    lines = [
        Markup(f"`{SERVICE_COMMAND} impact checkout` what hangs on a service, and who answers for it"),
        Markup(f"`{SERVICE_COMMAND} help` this"),
    ]
    words = Markup("Any name or alias of the catalogue will do. Only you see the answers.")
    return message(words, section(join(lines)), context(words))


def _ring(number: int, ring: tuple[Answering, ...]) -> Block:
    lead = say("*Ring {n}* {what}", n=number, what=_RINGS[number])
    if not ring:
        return section(join([lead, Markup("_nothing_")]))
    more = len(ring) - _SHOWN
    rest = [Markup(f"• and {more} more")] if more > 0 else []
    return section(join([lead, *map(_line, ring[:_SHOWN]), *rest]))


def _line(one: Answering) -> Markup:
    run_by = (
        say(", run by {who}", who=foreign(", ".join(one.operators), 120)) if one.operators else Markup("")
    )
    return say(
        "• *{title}* (tier {tier}) {owner}{run_by}: {leads}",
        title=foreign(one.title, 80),
        tier=one.tier,
        owner=foreign(one.owner, 80),
        run_by=run_by,
        leads=people(one.leads, nobody="no lead named"),
    )


def _rest(ring: tuple[Answering, ...]) -> Block:
    """Everybody else, by team."""
    lead = say("*Ring 3* everything else: {n}", n=count(len(ring), "service"))
    by_owner = sorted(ring, key=lambda one: (one.owner, one.tier, one.service))
    lines = [_team(owner, list(ones)) for owner, ones in groupby(by_owner, key=lambda one: one.owner)]
    more = len(lines) - _SHOWN
    rest = [Markup(f"• and {more} more teams")] if more > 0 else []
    return section(join([lead, *lines[:_SHOWN], *rest]))


def _team(owner: str, ones: list[Answering]) -> Markup:
    names = ", ".join(one.title for one in ones[:_NAMES])
    more = f" and {len(ones) - _NAMES} more" if len(ones) > _NAMES else ""
    return say("• {owner}: {names}{more}", owner=foreign(owner, 80), names=foreign(names, 600), more=more)


def _circles(found: Impact) -> list[Block]:
    lines = [
        say("🔁 These need each other: {names}", names=foreign(" → ".join((*circle, circle[0])), 300))
        for circle in found.circles[:3]
    ]
    return [section(join(lines))] if lines else []
