"""Home tabs: whoever opened theirs once sees it change when what it tells changes.

Slack keeps what was published last and says when somebody looks, but not that nobody does; so a tab
that was never opened is not drawn, and the others are, a while after the facts.
"""

from __future__ import annotations

from collections.abc import Iterable

from playbooks.domain.effects import Effect, RefreshHome, SendBrief, TellPerson
from playbooks.domain.ids import ChannelId, IncidentId, Ts, UserId, is_person
from playbooks.ports import Ports, Unit

_NOWHERE = Ts("0")


async def opened(ports: Ports, *, user: UserId) -> None:
    """Somebody looks at their tab; it is kept once."""
    async with ports.reading() as unit:
        if await unit.posts.where(_tab(user)) is not None:
            return
    async with ports.units() as unit:
        await unit.posts.remember(_tab(user), ChannelId(user), _NOWHERE)
        await unit.commit()


async def redraw(
    unit: Unit, incident: IncidentId, effects: Iterable[Effect], acting: Iterable[UserId | None]
) -> None:
    """Owe the tabs of those who hear of it privately, who did it and who commands."""
    told = [effect.user for effect in effects if isinstance(effect, (TellPerson, SendBrief))]
    for user in dict.fromkeys((*told, *acting)):
        if user is not None and is_person(user) and await unit.posts.where(_tab(user)) is not None:
            await unit.outbox.put(RefreshHome(incident=incident, user=user))


def _tab(user: UserId) -> str:
    return f"home:{user}"
