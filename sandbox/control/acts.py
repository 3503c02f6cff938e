"""What people do: ``POST /_sandbox/act``.

People are bound by the same rules as bots; what Slack's own client would not let them
do (edit somebody else's message, write into a channel they are not in) is refused here.
Each act is a function in ``talking``, ``meeting`` or ``using``.
"""

from __future__ import annotations

from sandbox.control import meeting, talking, using
from sandbox.control.registry import ACTS, Arguments, Json
from sandbox.errors import Refusal
from sandbox.exchange import Exchange

__all__ = ["ACTS", "meeting", "perform", "talking", "using"]


async def perform(exchange: Exchange, person: str, action: str, arguments: Arguments) -> Json:
    """Let somebody do something; raises Refusal."""
    user = exchange.workspace.find_user(person)
    if user is None:
        raise Refusal("user_not_found", message=f"There is no user {person!r}.")
    if user.deleted or user.is_bot:
        raise Refusal("account_inactive", message=f"{user.name} cannot act: deactivated or a bot.")
    function = ACTS.get(action)
    if function is None:
        raise Refusal("unknown_action", message=f"Nobody can {action!r}. Known: {', '.join(sorted(ACTS))}.")
    answer = await function(exchange, user, arguments)
    return {"ok": True, **answer}
