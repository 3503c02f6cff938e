"""One request of one person, whatever it came from: command, button, shortcut or modal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from handlers.deps import Desk
from handlers.views.kit import Message, View
from playbooks.domain.handbook import Handbook
from playbooks.domain.ids import IncidentId, UserId
from playbooks.ports import Ports
from playbooks.protocol import find
from playbooks.protocol.picture import Picture


class Windows(Protocol):
    """The part of Slack's client that shows modals. A trigger is good for 3 s and for one of them."""

    async def views_open(self, *, trigger_id: str, view: Mapping[str, Any]) -> object: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """Who asks for what. ``incident`` is set whenever what is asked for needs one."""

    desk: Desk
    windows: Windows
    user: UserId
    trigger: str
    words: str = ""
    incident: IncidentId | None = None

    @property
    def ports(self) -> Ports:
        return self.desk.ports

    @property
    def handbook(self) -> Handbook:
        return self.desk.ports.handbook()

    @property
    def number(self) -> IncidentId:
        """The incident; asking for it where there is none is a mistake of ours."""
        if self.incident is None:
            message = "this needs an incident"
            raise LookupError(message)
        return self.incident

    async def picture(self) -> Picture:
        """The incident as it is now. Raises IncidentNotFound."""
        return await find.picture(self.ports, incident=self.number)

    async def show(self, view: View) -> None:
        """Open a modal. Nothing may be waited for before this that could take seconds."""
        await self.windows.views_open(trigger_id=self.trigger, view=view)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What the person alone sees in answer to a button."""

    message: Message
    replace: bool = False
    """Put it in the place of the message whose button was pressed."""
