"""What a method of the Web API is: a name, who may call it, how often, and what it does.

A method is a plain function from a Call to the keys of its answer; it says no by
raising Refusal.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from sandbox import channels
from sandbox.arguments import Arguments
from sandbox.errors import Refusal
from sandbox.limits import Tier
from sandbox.model import App, Channel
from sandbox.state import Workspace

Json = dict[str, Any]
Holder = Literal["bot", "app"]
PREFIXES = {"public_channel": "channels", "private_channel": "groups", "im": "im", "mpim": "mpim"}


@dataclass(slots=True, kw_only=True)
class Call:
    """One call: on which workspace, by which app, with which arguments."""

    workspace: Workspace
    method: str
    arguments: Arguments
    app: App
    http_method: str = "POST"

    @property
    def user(self) -> str:
        """The bot user who acts."""
        return self.app.bot_user_id

    def allowed(self, *any_of: str) -> bool:
        return not self.workspace.knobs.check_scopes or not self.app.scopes.isdisjoint(any_of)

    def need(self, *any_of: str) -> None:
        """Raises Refusal("missing_scope") unless the app has one of these scopes."""
        if not self.allowed(*any_of):
            provided = ",".join(sorted(self.app.scopes))
            raise Refusal("missing_scope", needed=",".join(any_of), provided=provided)

    def channel(self, *verbs: str, name: str = "channel") -> Channel:
        """The conversation named by an argument, if the bot sees it and has the scope for its kind.

        ``verbs`` are the right halves of scopes, such as ``read`` or ``history``.
        """
        found = channels.visible(self.workspace, self.arguments.required(name), self.user)
        if verbs:
            self.need(*(scope_for(found.kind, verb) for verb in verbs))
        return found


def scope_for(kind: str, verb: str) -> str:
    """The scope for one kind of conversation; only public channels are "managed"."""
    prefix = PREFIXES[kind]
    if verb == "manage" and prefix != "channels":
        return f"{prefix}:write"
    return f"{prefix}:{verb}"


def every_kind(verb: str) -> tuple[str, ...]:
    return tuple(scope_for(kind, verb) for kind in PREFIXES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """``scopes`` are accepted alternatives; empty if none is needed. ``paged`` methods take a cursor."""

    name: str
    run: Callable[[Call], Json]
    tier: Tier
    scopes: tuple[str, ...] = ()
    caller: Holder = "bot"
    paged: bool = False


METHODS: dict[str, Method] = {}


def method(
    name: str, *scopes: str, tier: Tier, caller: Holder = "bot", paged: bool = False
) -> Callable[[Callable[[Call], Json]], Callable[[Call], Json]]:
    """Register a function as a method of the Web API."""

    def register(run: Callable[[Call], Json]) -> Callable[[Call], Json]:
        METHODS[name] = Method(name=name, run=run, tier=tier, scopes=scopes, caller=caller, paged=paged)
        return run

    return register
