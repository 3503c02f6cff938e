"""Home tabs of those who opened theirs, drawn anew when their facts changed."""

from __future__ import annotations

from bot.delivery.tools import Delivered, Errand, Tools
from bot.slack.outcomes import Never
from playbooks.domain.effects import RefreshHome


async def refresh_home(errand: Errand[RefreshHome], tools: Tools) -> Delivered:
    """Show somebody's tab as it is now; one that Slack will not take is drawn when it is opened."""
    try:
        await tools.show_home(errand.effect.user)
    except Never as refusal:
        return Delivered(result={"skipped": refusal.reason})
    return Delivered(result={"shown": errand.effect.user})
