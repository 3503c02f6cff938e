"""What Slack says about people: written down, and acted upon where it concerns command."""

from __future__ import annotations

from collections.abc import Sequence

from playbooks.domain.ids import UserId
from playbooks.domain.person import Group, Member, unfit
from playbooks.ports import Ports
from playbooks.protocol import command


async def learn(ports: Ports, member: Member) -> None:
    """Keep what Slack says about somebody; who cannot command any more is replaced."""
    async with ports.units() as unit:
        await unit.members.put(member)
        await unit.commit()
    why = unfit(member)
    if why is not None:
        await command.stand_in(ports, gone=member.id, why=why)


async def heard(ports: Ports, member: Member) -> bool:
    """Somebody's account changed; False if it concerns nobody whom the protocol may ask."""
    before = await known(ports, user=member.id)
    if before is None and member.id not in ports.handbook().everybody:
        return False
    await learn(ports, member)
    return True


async def known(ports: Ports, *, user: UserId) -> Member | None:
    """What Slack said last about somebody; None if nobody asked yet."""
    async with ports.reading() as unit:
        return await unit.members.find(user)


async def learn_group(ports: Ports, group: Group) -> None:
    """Keep who is in a user group."""
    async with ports.units() as unit:
        await unit.members.put_group(group)
        await unit.commit()


async def groups(ports: Ports) -> Sequence[Group]:
    """The user groups, each as it was read last."""
    async with ports.reading() as unit:
        return await unit.members.groups()
