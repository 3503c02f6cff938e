"""Logs: one line per fact, structured, and without secrets whoever wrote the line.

Our own lines and those of the libraries go through the same redaction, because Slack's
SDK is known to print the ticket of a socket's address when a connection fails.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Iterable
from typing import Any, Final, Literal, TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

MASK: Final = "••••"
_SECRET_NAME = re.compile(r"token|secret|password|authorization|signature|cookie", re.IGNORECASE)
_SECRET_VALUE = re.compile(
    r"""xox[a-z](?:\.[a-z]+)?-[\w-]+        # bot, user and refresh tokens
      | xapp-[\w-]+                         # app-level tokens
      | (?<=ticket=)[^&\s"']+               # one socket connection
      | (?<=[Bb]earer\ )[\w.~+/=-]+         # whoever else authenticates
      | (?<=://)[^/@\s:]+:[^@\s]+(?=@)      # user and password of an address
    """,
    re.VERBOSE,
)
_QUIET = ("aiohttp.access", "alembic", "apscheduler", "slack_bolt", "slack_sdk", "aiosqlite", "asyncio")


class Redaction:
    """Masks secrets in every value of a line: by shape, by name, and the ones we know."""

    def __init__(self, known: Iterable[str] = ()) -> None:
        words = sorted((re.escape(word) for word in known if word), key=len, reverse=True)
        self._known = re.compile("|".join(words)) if words else None

    def __call__(self, _logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        return {name: self._field(name, value) for name, value in event.items()}

    def text(self, value: str) -> str:
        """The text without its secrets."""
        if self._known is not None:
            value = self._known.sub(MASK, value)
        return _SECRET_VALUE.sub(MASK, value)

    def _field(self, name: str, value: Any) -> Any:
        if _SECRET_NAME.search(name) and isinstance(value, (str, bytes)):
            return MASK
        return self._value(value)

    def _value(self, value: Any) -> Any:
        match value:
            case str():
                return self.text(value)
            case dict():
                return {name: self._field(str(name), inner) for name, inner in value.items()}
            case list() | tuple():
                return [self._value(inner) for inner in value]
            case int() | float() | bool() | None:
                return value
            case _:
                return self.text(str(value))


def set_up(
    *,
    level: str,
    form: Literal["json", "console"],
    secrets: Iterable[str] = (),
    stream: TextIO = sys.stderr,
) -> None:
    """Send every log line of this process, ours and the libraries', to one place in one form."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level.upper())),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(_formatter(shared, form, Redaction(secrets), stream))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in _QUIET:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))


def _formatter(
    shared: list[Processor], form: str, redaction: Redaction, stream: TextIO
) -> structlog.stdlib.ProcessorFormatter:
    last: Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if form == "json"
        else structlog.dev.ConsoleRenderer(colors=stream.isatty())
    )
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*shared, structlog.stdlib.add_logger_name],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, redaction, last],
    )
