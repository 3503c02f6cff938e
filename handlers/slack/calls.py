"""One request of one person, whatever it came from: command, button, shortcut or modal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from slack_sdk.errors import SlackApiError

from handlers.deps import Desk
from handlers.names import BadRef
from handlers.views.kit import Message, View
from playbooks.domain.errors import Repeated, RuledOut
from playbooks.domain.handbook import Handbook
from playbooks.domain.ids import IncidentId, UserId
from playbooks.ports import Ports
from playbooks.protocol import find, signing
from playbooks.protocol.picture import Picture


class Windows(Protocol):
    """The part of Slack's client that shows modals. A trigger is good for 3 s and for one of them."""

    async def views_open(self, *, trigger_id: str, view: Mapping[str, Any]) -> object: ...

    async def views_update(
        self,
        *,
        view_id: str,
        view: Mapping[str, Any],
        hash: str | None = None,  # noqa: A002 - Slack's name
    ) -> object: ...


Check = Callable[[Picture, UserId, Handbook], None]
"""Raises a refusal if somebody may not do something in an incident."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """Who asks for what. ``incident`` is set whenever what is asked for needs one."""

    desk: Desk
    ports: Ports
    """The desk's, on which this request is done once."""
    windows: Windows
    user: UserId
    trigger: str
    words: str = ""
    incident: IncidentId | None = None
    modal: str = ""
    """The modal in which a button was pressed; it is replaced, so that no modal covers another."""

    @property
    def handbook(self) -> Handbook:
        return self.desk.ports.handbook()

    @property
    def number(self) -> IncidentId:
        """The incident. Raises BadRef where a button or a modal that needs one names none."""
        if self.incident is None:
            message = "this needs an incident"
            raise BadRef(message)
        return self.incident

    async def picture(self) -> Picture:
        """The incident as it is now. Raises IncidentNotFound."""
        return await find.picture(self.ports, incident=self.number)

    async def allowed(self, check: Check) -> Picture:
        """The incident as it is now, if what is asked for may be done. Raises what ``check`` raises."""
        picture = await self.picture()
        try:
            check(picture, self.user, self.handbook)
        except RuledOut as no:
            await signing.refused(self.desk.ports, incident=picture.incident.id, by=self.user, no=no)
            raise
        return picture

    async def show(self, view: View) -> None:
        """Open a modal. Nothing may be waited for before this that could take seconds."""
        await show(self.windows, view, trigger=self.trigger, modal=self.modal)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What the person alone sees in answer to a button."""

    message: Message
    replace: bool = False
    """Put it in the place of the message whose button was pressed."""


def as_reply(message: Message | None) -> Reply | None:
    """An answer beside what was pressed; None if there is nothing to say."""
    return None if message is None else Reply(message=message)


async def show(windows: Windows, view: View, *, trigger: str, modal: str = "") -> None:
    """Open a modal, or put it in the place of the one that is open.

    Raises Repeated if this trigger has opened one.
    """
    try:
        if modal:
            await windows.views_update(view_id=modal, view=view)
        else:
            await windows.views_open(trigger_id=trigger, view=view)
    except SlackApiError as refused:
        if refused.response.get("error") != "exchanged_trigger_id":
            raise
        raise Repeated(trigger) from refused


async def redraw(windows: Windows, view: View, *, modal: str, shown: str) -> None:
    """Draw a modal anew while somebody fills it in; ``shown`` is the hash of what they see.

    Nothing happens if it was closed or drawn anew meanwhile: what they see is newer than this.
    """
    try:
        await windows.views_update(view_id=modal, view=view, hash=shown or None)
    except SlackApiError as refused:
        if refused.response.get("error") not in ("hash_conflict", "not_found"):
            raise
