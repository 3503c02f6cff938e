"""``/service …``: questions about the service model, answered to whoever asks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from handlers.deps import Desk
from handlers.slack.calls import Reply, Windows
from handlers.slack.edge import require_welcome
from handlers.slack.grammar import readable
from handlers.slack.payloads import Typed
from handlers.views.impact import impact_of, service_help
from playbooks.domain.impact import impact
from playbooks.domain.naming import require_service

_HELP = frozenset({"", "help", "?", "usage"})
_IMPACT = frozenset({"impact", "rings", "blast", "around"})


async def asked(desk: Desk, windows: Windows, body: Mapping[str, Any]) -> Reply:  # noqa: ARG001 - no modal yet
    """The answer; a service alone is asked for its impact. Raises NotWelcome, NeedsWords."""
    command = Typed.model_validate(body)
    await require_welcome(desk, command.user_id, command.team_id, only_looks=True)
    first, _, rest = readable(command.text).strip().partition(" ")
    if first.casefold() in _HELP or (first.casefold() in _IMPACT and not rest.strip()):
        return Reply(message=service_help())
    word = rest if first.casefold() in _IMPACT else f"{first} {rest}"
    handbook = desk.ports.handbook()
    return Reply(message=impact_of(impact(require_service(handbook, word.strip()), handbook), handbook))
