"""The app asks for what it uses, and uses what it asks for."""

from __future__ import annotations

import ast
import inspect
import re
from pathlib import Path
from typing import Any, get_args

import pytest

import bot
import handlers
from bot.manifest import EVENT_SCOPES, Mode, manifest, scopes
from bot.slack import gateway
from bot.slack.methods import METHODS
from handlers.names import COMMAND, SERVICE_COMMAND, Shortcut
from handlers.slack import events

URL = "https://tocsin.example"
# Slack docs, app manifest reference: lengths.
LONGEST = {"name": 35, "description": 140, "shortcut": 24, "shortcut_description": 150, "usage_hint": 1000}


def called() -> set[str]:
    """Every Web API method named in the gateway's calls."""
    tree = ast.parse(inspect.getsource(gateway))
    names = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant))
    dotted = re.compile(r"[a-z]+(?:\.[a-zA-Z]+)+")
    return {str(name) for name in names if isinstance(name, str) and dotted.fullmatch(name)}


def calls_of_edges() -> set[str]:
    """``views.open`` and the like, which need a fresh trigger and so cannot wait in the outbox."""
    found: set[str] = set()
    for file in Path(handlers.__file__).parent.glob("slack/**/*.py"):
        found |= set(re.findall(r"\.(views_[a-z]+)\(", file.read_text()))
    return {name.replace("_", ".", 1) for name in found}


def test_every_call_is_in_the_table_and_every_row_is_called() -> None:
    assert called() | calls_of_edges() | {"views.push"} >= set(METHODS)
    assert called() | calls_of_edges() <= set(METHODS)


def test_nobody_else_calls_slack() -> None:
    """A call beside the gateway would be neither paced nor judged."""
    mentions = re.compile(r"\b(?:client|web)\.(?:chat|conversations|users|pins|bookmarks|reactions)_")
    for package in (bot, handlers):
        for file in Path(str(package.__file__)).parent.rglob("*.py"):
            assert file.name == "gateway.py" or not mentions.search(file.read_text()), file


def test_every_event_that_is_read_is_subscribed_to() -> None:
    """Understood events are the cases of one match statement."""
    tree = ast.parse(inspect.getsource(events.understand))
    cases = {
        str(node.value.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.MatchValue) and isinstance(node.value, ast.Constant)
    }
    assert cases == {event.partition(".")[0] for event in EVENT_SCOPES}


@pytest.mark.parametrize("mode", get_args(Mode))
def test_both_ways_of_delivery_offer_the_same(mode: Mode) -> None:
    value: Any = manifest(mode=mode, url=URL)
    assert [c["command"] for c in value["features"]["slash_commands"]] == [COMMAND, SERVICE_COMMAND]
    assert {s["callback_id"] for s in value["features"]["shortcuts"]} == {s.value for s in Shortcut}
    assert value["oauth_config"]["scopes"]["bot"] == list(scopes())
    assert value["settings"]["socket_mode_enabled"] is (mode == "socket")


def test_http_delivers_to_one_address_and_socket_mode_to_none() -> None:
    address = f"{URL}/slack/events"
    assert str(manifest(mode="http", url=f"{URL}/")).count(address) == 4
    assert "http" not in str(manifest(mode="socket"))


def test_texts_fit() -> None:
    value: Any = manifest(mode="http", url=URL)
    assert len(value["display_information"]["name"]) <= LONGEST["name"]
    assert len(value["display_information"]["description"]) <= LONGEST["description"]
    for command in value["features"]["slash_commands"]:
        assert len(command["usage_hint"]) <= LONGEST["usage_hint"]
    for shortcut in value["features"]["shortcuts"]:
        assert len(shortcut["name"]) <= LONGEST["shortcut"]
        assert len(shortcut["description"]) <= LONGEST["shortcut_description"]
