"""What workarounds do to the world, and when two of them contradict each other.

At 03:00 nobody compares prose. A workaround states its effects (target, action, value), and
effects can be compared: two settings of one switch, or one that starts what the other stops.
"""

from __future__ import annotations

from collections.abc import Iterable

from playbooks.domain.likeness import text_similarity
from playbooks.domain.review import Effect, Workaround, WorkaroundStatus

OPPOSITES = (
    ("scale up", "scale down"),
    ("enable", "disable"),
    ("start", "stop"),
    ("restart", "keep running"),
    ("increase", "decrease"),
    ("raise", "lower"),
    ("open", "close"),
    ("allow", "block"),
    ("add", "remove"),
    ("attach", "detach"),
    ("pause", "resume"),
)
_OPPOSED = frozenset((*OPPOSITES, *((other, one) for one, other in OPPOSITES)))


def clashes(ours: Iterable[Effect], theirs: Iterable[Effect]) -> tuple[tuple[Effect, Effect], ...]:
    """Pairs of effects that contradict each other: another value, or the opposite action."""
    others = tuple(theirs)
    return tuple((one, other) for one in ours for other in others if _contradict(one, other))


def conflicts(ours: Iterable[Effect], theirs: Iterable[Effect]) -> bool:
    """Whether the two cannot both be right. No set of effects conflicts with itself."""
    mine, yours = tuple(ours), tuple(theirs)
    return set(mine) != set(yours) and bool(clashes(mine, yours))


def opposed(effects: Iterable[Effect], workarounds: Iterable[Workaround]) -> str:
    """The first contradiction with a workaround in force, as people read it; empty if none."""
    mine = tuple(effects)
    for workaround in workarounds:
        if is_in_force(workaround) and conflicts(mine, workaround.effects):
            one, other = clashes(mine, workaround.effects)[0]
            return f"“{words(one)}” against “{words(other)}”"
    return ""


def is_in_force(workaround: Workaround) -> bool:
    """Whether people may still follow it."""
    return workaround.status in (WorkaroundStatus.PROPOSED, WorkaroundStatus.VERIFIED)


def is_covered(text: str, effects: Iterable[Effect], by: Workaround, *, alike_from: float) -> bool:
    """Whether a workaround says nothing that ``by`` does not: compared by effects, else by words."""
    mine = {_plain(effect) for effect in effects}
    if mine and by.effects:
        return mine <= {_plain(effect) for effect in by.effects}
    return text_similarity(text, by.text) >= alike_from


def words(effect: Effect) -> str:
    """``set pool.max = 200``."""
    return f"{effect.action} {effect.target}" + (f" = {effect.value}" if effect.value else "")


def _contradict(one: Effect, other: Effect) -> bool:
    mine, yours = _plain(one), _plain(other)
    if mine.target != yours.target:
        return False
    if mine.action == yours.action:
        return mine.value != yours.value
    return (mine.action, yours.action) in _OPPOSED


def _plain(effect: Effect) -> Effect:
    """Case and spelling of separators aside: ``Scale-Up`` is ``scale up``."""
    action = " ".join(effect.action.casefold().replace("-", " ").replace("_", " ").split())
    return Effect(
        target=effect.target.strip().casefold(), action=action, value=effect.value.strip().casefold()
    )
