"""What an act led to, and what an installed app needs to know."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """What an installed bot needs to know."""

    app_id: str
    name: str
    bot_user_id: str
    bot_id: str
    bot_token: str
    app_token: str
    signing_secret: str
    team_id: str
    base_url: str
    api_url: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a click, a choice, a shortcut or a command went."""

    answer: Json

    @property
    def delivered(self) -> bool:
        """The bot acknowledged in time."""
        return bool(self.answer.get("delivered"))

    @property
    def status(self) -> str:
        """HTTP status or the reason of the failure, such as ``http_timeout``."""
        return str(self.answer.get("status"))

    @property
    def error(self) -> str | None:
        """What went wrong: ``operation_timeout``, ``dispatch_failed`` or what Slack did not accept."""
        return self.answer.get("error")


@dataclass(frozen=True, slots=True)
class SlashResult(Outcome):
    """How a slash command went; ``text`` is what the acknowledgement itself answered."""

    @property
    def text(self) -> str:
        return str(self.answer.get("visible") or "")

    @property
    def response(self) -> Any:
        return self.answer.get("response")


@dataclass(frozen=True, slots=True)
class SubmitResult(Outcome):
    """What became of a submitted modal."""

    @property
    def kind(self) -> str:
        """``closed``, ``cleared``, ``errors``, ``updated``, ``pushed``, ``refused`` or ``failed``."""
        return str(self.answer.get("result"))

    @property
    def errors(self) -> dict[str, str]:
        """By block_id: the bot's errors, or what Slack's client refused to send."""
        return dict(self.answer.get("errors") or {})
