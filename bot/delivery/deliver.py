"""Each effect and who delivers it: one table, and a test that no effect is missing in it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from bot.delivery import announcements, cards, homes, letters, pictures, proposals, rooms
from bot.delivery.tools import Delivered, Errand, Then, Tools
from playbooks.domain import effects as e
from playbooks.ports import Ports
from playbooks.protocol import room as story
from storage.uow import SqlUnit

Deliverer = Callable[[Errand[Any], Tools], Awaitable[Delivered]]

DELIVERERS: Final[Mapping[type[e.Effect], Deliverer]] = {
    e.OpenRoom: rooms.open_room,
    e.EnterRoom: rooms.enter_room,
    e.RenameRoom: rooms.rename_room,
    e.Invite: rooms.invite,
    e.PinCard: rooms.pin_card,
    e.SetTopic: rooms.set_topic,
    e.AddBookmarks: rooms.add_bookmarks,
    e.PostCard: cards.post_card,
    e.RefreshCard: cards.refresh_card,
    e.RetireCard: cards.retire_card,
    e.Announce: announcements.announce,
    e.RefreshAnnouncement: announcements.refresh_announcement,
    e.RefreshBulletin: announcements.refresh_bulletin,
    e.AskApproval: cards.ask_approval,
    e.CloseApproval: cards.close_approval,
    e.PostProposal: proposals.post_proposal,
    e.RedrawProposal: proposals.redraw_proposal,
    e.TellRoom: letters.tell_room,
    e.TellPerson: letters.tell_person,
    e.SendBrief: letters.send_brief,
    e.PostCandidate: letters.post_candidate,
    e.PostUpdate: letters.post_update,
    e.ShowEvidence: pictures.show_evidence,
    e.ShowUpdate: letters.show_update,
    e.PostReview: letters.post_review,
    e.RefreshHome: homes.refresh_home,
}


async def deliver(errand: Errand[Any], tools: Tools) -> Delivered:
    """Bring one effect into Slack. Raises Later, Never or Ambiguous."""
    return await DELIVERERS[type(errand.effect)](errand, tools)


def buried(effect: e.Effect, ports: Ports, *, delivery: str, reason: str) -> Then:
    """How the story goes on when an effect cannot be delivered, ever."""

    async def then(unit: SqlUnit) -> None:
        if isinstance(effect, e.OpenRoom):
            await story.unavailable(unit, ports, incident=effect.incident, reason=reason)
        else:
            await story.step_failed(unit, ports, effect=effect, delivery=delivery, reason=reason)

    return then
