"""Who gets command when nobody gives way.

Commanding needs coordination before knowledge of the broken part, so the roster and the
shift come before ownership. Knowledge comes next: the better the tier of an impacted
service somebody leads, and the more impacted services depend on it, the stronger the claim.
The order is total, so a dispute always ends, and no loser's presence changes the winner.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from playbooks.domain.command import Claimant
from playbooks.domain.errors import mention
from playbooks.domain.handbook import Handbook
from playbooks.domain.ids import ServiceName, UserId

NO_TIER = 99
"""The tier of somebody who leads no impacted service: worse than any."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TieBreak:
    """The winner, and for each of the others the rule that decided, in a sentence."""

    winner: UserId
    reasons: tuple[str, ...]


def rank(claimant: Claimant) -> tuple[bool, bool, int, int, int, datetime, str]:
    """The claimant's place in the total order; the smallest wins."""
    return (
        not claimant.on_roster,
        not claimant.on_shift,
        claimant.best_tier,
        -claimant.dependants,
        claimant.seats_held,
        claimant.claimed_at,
        claimant.user,
    )


def tie_break(claimants: Iterable[Claimant]) -> TieBreak:
    """Choose among claimants, of whom there is at least one, in whatever order they come."""
    first, *others = sorted(claimants, key=rank)
    if not others:
        return TieBreak(winner=first.user, reasons=(f"{mention(first.user)} is the only one left.",))
    return TieBreak(winner=first.user, reasons=tuple(_why(first, other) for other in others))


def has_standing(handbook: Handbook, user: UserId, impacted: Collection[ServiceName]) -> bool:
    """Whether somebody may dispute command: roster commanders and leads of impacted services."""
    return user in handbook.commanders or user in handbook.leads_of(impacted)


def best_tier(handbook: Handbook, services: Iterable[ServiceName]) -> int:
    """The best (lowest) tier among the services; ``NO_TIER`` if there is none."""
    tiers = (handbook.tier(service) for service in services)
    return min((tier for tier in tiers if tier is not None), default=NO_TIER)


def claimant(
    handbook: Handbook,
    user: UserId,
    *,
    impacted: Collection[ServiceName],
    seats_held: int,
    claimed_at: datetime,
) -> Claimant:
    """What the tie-break reads of one person. ``seats_held`` counts other live incidents."""
    led = [service for service in impacted if user in handbook.leads_of((service,))]
    return Claimant(
        user=user,
        on_roster=user in handbook.commanders,
        on_shift=user in handbook.on_shift,
        best_tier=best_tier(handbook, led),
        dependants=len(handbook.graph.dependants(led) & frozenset(impacted)),
        seats_held=seats_held,
        claimed_at=claimed_at,
    )


def _why(winner: Claimant, loser: Claimant) -> str:
    """The first rule that tells the two apart, as people may read it."""
    place = next(i for i, (a, b) in enumerate(zip(rank(winner), rank(loser), strict=True)) if a != b)
    tier = "none" if loser.best_tier == NO_TIER else f"one of tier {loser.best_tier}"
    rules = (
        "on the commander roster, and the other is not",
        "on shift, and the other is not",
        f"leads an impacted tier {winner.best_tier} service, and the other {tier}",
        f"more impacted services depend on theirs ({winner.dependants} against {loser.dependants})",
        f"holds fewer commands already ({winner.seats_held} against {loser.seats_held})",
        f"claimed first, at {winner.claimed_at:%H:%M:%S} UTC",
        "equal in everything, so the order of user ids decides",
    )
    return f"{mention(winner.user)} before {mention(loser.user)}: {rules[place]}."
