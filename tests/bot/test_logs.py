"""No secret reaches a log, whoever wrote the line."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from bot.app import running
from bot.logs import MASK, set_up
from sandbox.testing import Workspace
from tests.bot.conftest import MakeSettings


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    set_up(level="info", form="json", secrets=["hunter2", ""], stream=stream)
    yield stream
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def lines(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


@pytest.mark.parametrize(
    ("said", "secret"),
    [
        pytest.param({"reason": "token xoxb-123-abc was refused"}, "xoxb-123-abc", id="bot token"),
        pytest.param({"reason": "xapp-1-A0-99-ff"}, "xapp-1-A0-99-ff", id="app token"),
        pytest.param({"url": "wss://x.example/link/?ticket=abc123&app=1"}, "abc123", id="socket ticket"),
        pytest.param({"header": "Bearer abc.def"}, "abc.def", id="bearer"),
        pytest.param({"url": "postgresql+psycopg://tocsin:pw99@db/x"}, "pw99", id="database password"),
        pytest.param({"reason": "the word is hunter2"}, "hunter2", id="a secret of the settings"),
        pytest.param({"gate_token": "anything"}, "anything", id="by its name"),
        pytest.param({"data": {"inner": {"client_secret": "deep99"}}}, "deep99", id="deep inside"),
        pytest.param({"error": ValueError("hunter2")}, "hunter2", id="in an error"),
        pytest.param({"many": ["x", "xoxb-9-9"]}, "xoxb-9-9", id="in a list"),
    ],
)
def test_secrets_are_masked(stream: io.StringIO, said: dict[str, object], secret: str) -> None:
    structlog.get_logger("test").warning("something.happened", **said)
    assert secret not in stream.getvalue()
    assert MASK in json.dumps(lines(stream)[0], ensure_ascii=False)


def test_lines_of_libraries_are_masked_too(stream: io.StringIO) -> None:
    logging.getLogger("slack_sdk.socket_mode").error("Failed to connect wss://x/?ticket=%s", "abc123")
    (line,) = lines(stream)
    assert "abc123" not in str(line)
    assert line["logger"] == "slack_sdk.socket_mode"


def test_a_traceback_is_masked_and_stays_one_line(stream: io.StringIO) -> None:
    try:
        raise ValueError("hunter2")  # noqa: TRY301 - the traceback is what is tested
    except ValueError:
        structlog.get_logger("test").exception("something.failed")
    (line,) = lines(stream)
    assert "hunter2" not in str(line)
    assert "Traceback" in str(line["exception"])


def test_foreign_text_cannot_forge_a_line(stream: io.StringIO) -> None:
    structlog.get_logger("test").warning("x", title='a\n{"event": "forged"}')
    assert [line["event"] for line in lines(stream)] == ["x"]


def test_numbers_stay_numbers(stream: io.StringIO) -> None:
    structlog.get_logger("test").info("x", attempts=3, late=1.5, ready=True, nothing=None)
    (line,) = lines(stream)
    assert (line["attempts"], line["late"], line["ready"], line["nothing"]) == (3, 1.5, True, None)


def test_people_get_a_readable_form() -> None:
    stream = io.StringIO()
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    set_up(level="warning", form="console", stream=stream)
    structlog.get_logger("test").info("quiet")
    structlog.get_logger("test").warning("loud", why="xoxb-1-1")
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()
    assert "quiet" not in stream.getvalue()
    assert "loud" in stream.getvalue()
    assert "xoxb" not in stream.getvalue()


@pytest.mark.parametrize("mode", ["http"], indirect=True)
async def test_bolt_leaves_the_level_of_our_lines_alone(workspace: Workspace, settings: MakeSettings) -> None:
    """Bolt is told to say little, and gives that level to the logger that is called like its app."""
    async with running(settings()):
        assert (await workspace.user("ada").slash("general", "/incident", "list")).delivered
        assert logging.getLogger("tocsin").level == logging.NOTSET
