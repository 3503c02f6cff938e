"""Nothing is declared in vain: names have listeners and views, effects deliverers, events words."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import datetime
from enum import Enum
from pathlib import Path
from types import UnionType
from typing import Any, NewType, Union, get_args, get_origin, get_type_hints

import pytest

from bot.delivery.deliver import DELIVERERS
from bot.manifest import EVENT_SCOPES, manifest
from handlers import rendering
from handlers.names import COMMAND, SERVICE_COMMAND, Action, Callback, Shortcut, Verb, verb_action
from handlers.slack.actions import ACTIONS
from handlers.slack.clicks import VERB_OF
from handlers.slack.grammar import SAME
from handlers.slack.listeners import register
from handlers.slack.submissions import SUBMISSIONS
from handlers.slack.verbs import VERBS
from handlers.views.notices import private_notice, room_notice
from playbooks.domain import effects as e
from playbooks.domain.command import Ask
from playbooks.domain.decision import DecisionState
from playbooks.domain.events import Event
from playbooks.domain.handbook import Handbook
from playbooks.domain.ids import LadderId, UserId
from playbooks.domain.milestones import DECIDED, TOLD
from playbooks.domain.signature import SignatureState
from playbooks.domain.task import TaskState
from playbooks.loader import load
from playbooks.protocol.picture import Picture
from playbooks.protocol.reactions import Scene, reactions
from storage.mapping import EFFECTS, EVENTS
from tests.architecture.pages import ROOT, committed, read, rows
from tests.clock import START
from tests.library import CATALOGUE, PLAYBOOK
from tests.storage.records import (
    CLEARANCE,
    INCIDENT,
    LADDER,
    PROPOSAL,
    SEVEN,
    SIGNATURE,
    TASK,
    TENURE,
    WORKSTREAM,
)

SILENT = {
    "MessageSaid": "people said it themselves",
    "AccessGiven": "whoever was let in is invited, and whoever leads sees it in the log",
    "IncidentEntered": "it is over, and nobody is to be woken for it",
    "MessageEdited": "people see the edit",
    "MessageDeleted": "whoever deletes something does not want it repeated",
    "WordsRemoved": "what has to go is not pointed at",
    "RoomReady": "people see the room themselves; how long it took is for those who run the bot",
    "ActRefused": "whoever wanted it was told, with who may",
    "GlassMended": "its end was said when it began",
    "KeyEventMarked": "whoever marked it is answered, and it is in the log",
    "EntryCorrected": "whoever corrected it is answered, and it is in the log",
    "MergeAgreed": "whoever agreed is answered, and the other side has its question",
    "SearchBegan": "the card says that nobody commands",
    "ChallengerWithdrew": "whoever withdraws is answered, and the others dispute on",
    "MergeWeighed": "whoever agreed is answered, and the other side has its question",
    "WorkBegan": "the card says who leads what",
    "WorkEnded": "the card says who leads what",
    "DecisionShown": "the post itself is what is read",
    "ChangeLetGo": "whoever asked was answered, and the card is drawn again with the verdict",
    "UpdateAdvanced": "whoever writes it is told when it is due, which is now",
    "ClockStarted": "the card shows what runs",
    "ClockTurned": "the card shows what runs",
    "ReviewEdited": "a draft is nobody's news",
    "KnownErrorCreated": "the publication of the post-mortem says it",
    "FindingAttached": "the publication of the post-mortem says it",
}
"""Events that nothing follows from, and why that is meant."""

MIRRORS = (e.RefreshCard, e.SetTopic, e.RefreshAnnouncement)
OPEN_ASK = Ask(user=UserId("U0ADA"), at=START, until=START)
IN_THE_ROOM = (e.TellRoom, e.AskApproval, e.PostProposal, e.PostReview)


# ------------------------------------------------------------------ names that Slack hands back
def used(enum: type[Enum], *folders: str) -> set[str]:
    """The members of an enum that the code of some folders names."""
    found: set[str] = set()
    for name in committed():
        if name.startswith(folders) and name.endswith(".py"):
            for node in ast.walk(ast.parse(read(name))):
                if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                    found |= {node.attr} if node.value.id == enum.__name__ else set()
    return found & set(enum.__members__)


class Ear:
    """Notes what is listened to, in the place of Bolt's app."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, Any]] = []

    def __getattr__(self, kind: str) -> Callable[..., Any]:
        def listen(what: Any = None) -> Callable[[Any], Any]:
            self.heard.append((kind, what))
            return lambda listener: listener

        return listen

    def hears(self, kind: str, name: str) -> bool:
        patterns = [what for heard, what in self.heard if heard == kind]
        return any(
            what.fullmatch(name) if isinstance(what, re.Pattern) else what == name for what in patterns
        )


@pytest.fixture
def ear() -> Ear:
    listening = Ear()
    register(listening, desk=None)  # type: ignore[arg-type] # nothing is dispatched here
    return listening


def test_every_button_is_listened_to(ear: Ear) -> None:
    buttons = [*(action.value for action in Action), *(verb_action(verb) for verb in Verb)]
    assert [name for name in buttons if not ear.hears("action", name)] == []
    assert set(ACTIONS) == set(Action)
    assert set(VERB_OF.values()) == set(Verb)


def test_no_two_buttons_share_a_name() -> None:
    buttons = [*(action.value for action in Action), *(verb_action(verb) for verb in Verb)]
    assert len(set(buttons)) == len(buttons)


def test_every_button_is_on_some_view() -> None:
    assert used(Action, "handlers/views/", "handlers/slack/verbs/") == set(Action.__members__)


def test_every_form_is_listened_to_and_shown(ear: Ear) -> None:
    assert [callback for callback in Callback if not ear.hears("view", callback.value)] == []
    assert set(SUBMISSIONS) == set(Callback) - {Callback.READING}, "what can only be read is not submitted"
    assert used(Callback, "handlers/views/") == set(Callback.__members__)


def test_every_verb_is_understood_and_done() -> None:
    assert set(SAME) == set(VERBS) == set(Verb)
    assert all(verb.value in SAME[verb].split() for verb in Verb)


def test_no_word_means_two_verbs() -> None:
    words = [word for same in SAME.values() for word in same.split()]
    assert len(set(words)) == len(words)


@pytest.mark.parametrize("mode", ["http", "socket"])
def test_the_manifest_holds_exactly_what_is_listened_to(ear: Ear, mode: Any) -> None:
    features: Any = manifest(mode=mode, url="https://bot.example.com")["features"]
    assert [command["command"] for command in features["slash_commands"]] == [COMMAND, SERVICE_COMMAND]
    assert [what for kind, what in ear.heard if kind == "command"] == [COMMAND, SERVICE_COMMAND]
    declared = {shortcut["callback_id"] for shortcut in features["shortcuts"]}
    assert declared == {shortcut.value for shortcut in Shortcut}
    assert declared == {what for kind, what in ear.heard if kind == "shortcut"}


def test_every_event_of_the_manifest_is_understood() -> None:
    source = read("handlers/slack/events.py")
    cases = set(re.findall(r'(?:case|\(|\|)\s+"([a-z_]+)"', source))
    assert {name.partition(".")[0] for name in EVENT_SCOPES} <= cases


# ------------------------------------------------------------------ effects
def test_every_effect_is_delivered() -> None:
    assert set(DELIVERERS) == set(EFFECTS.values())


def test_every_effect_follows_from_something() -> None:
    owed = {name for kind in EFFECTS.values() for name in (kind.__name__,)}
    named = set()
    for name in committed():
        if name.startswith("playbooks/protocol/") and name.endswith(".py"):
            named |= {n.id for n in ast.walk(ast.parse(read(name))) if isinstance(n, ast.Name)}
    assert owed <= named


def test_there_is_one_list_of_effects_and_one_of_events() -> None:
    """Classes are found by their module, so none may be hidden elsewhere."""
    assert set(every(e.Effect)) == set(EFFECTS.values())
    assert set(every(Event)) == set(EVENTS.values())


def every(base: type[Any]) -> Iterator[type[Any]]:
    """Subclasses that the code declares; slotted dataclasses leave a ghost of themselves behind."""
    for kind in base.__subclasses__():
        if "__slots__" in vars(kind) and kind.__module__.startswith("playbooks."):
            yield kind
        yield from every(kind)


# ------------------------------------------------------------------ events
def example(hint: Any) -> Any:
    """Some value of a type: filled, never empty, so that everything there is to say is said."""
    arguments = get_args(hint)
    if isinstance(hint, NewType):
        return UserId("U0ADA") if hint is UserId else example(hint.__supertype__)
    if get_origin(hint) in (UnionType, Union):
        return example(arguments[0])
    if get_origin(hint) is tuple:
        return (example(arguments[0]),) if arguments[-1] is ... else tuple(map(example, arguments))
    if is_dataclass(hint) and isinstance(hint, type):
        return made(hint)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return next(iter(hint))
    return {str: "words", int: 2, float: 0.5, bool: True, datetime: START}[hint]


def made(kind: type[Any]) -> Any:
    hints = get_type_hints(kind)
    values = {field.name: example(hints[field.name]) for field in fields(kind)}
    others = {"incident": SEVEN, "by": UserId("U0BOB")}
    return kind(**values | {name: value for name, value in others.items() if name in values})


@pytest.fixture(scope="module")
def handbook() -> Handbook:
    return load(PLAYBOOK, CATALOGUE)


def followed(event: Event, handbook: Handbook) -> tuple[e.Effect, ...]:
    """What follows from an event in an incident with a commander."""
    scene = Scene(incident=INCIDENT, commander=TENURE.user, handbook=handbook, stakeholders_told=True)
    return reactions(event, scene)


def picture_of(event: Event) -> Picture:
    asked = getattr(event, "clearance", None)
    task = getattr(event, "task", None)
    decided = getattr(event, "decision", None)
    signed = getattr(event, "signature", None)
    state = TaskState.ACCEPTED if getattr(event, "accepted", False) else TaskState.ASKED
    return Picture(
        at=START,
        incident=INCIDENT,
        severity_name="SEV1",
        service_titles=("Checkout",),
        tenure=TENURE,
        contest=None,
        handover=None,
        statements=(),
        due=None,
        updates=(),
        readings=(),
        clearances=(replace(CLEARANCE, id=asked),) if asked else (),
        holds=(),
        episodes=(),
        known_errors=(),
        reports=(),
        review=None,
        log_head=(1, "0" * 64),
        search=replace(
            LADDER,
            id=LadderId("words"),
            asks=(Ask(user=UserId("U0ADA"), at=START, until=START),),
            ended_at=None,
        ),
        workstreams=tuple(
            replace(WORKSTREAM, service=service, lead=None) for service in getattr(event, "services", ())
        ),
        tasks=(replace(TASK, id=task, assignee=UserId("U0ADA"), state=state),) if task else (),
        decisions=(replace(PROPOSAL, id=decided, state=DecisionState.PENDING),) if decided else (),
        signatures=(replace(SIGNATURE, id=signed, state=SignatureState.ASKED),) if signed else (),
    )


@pytest.mark.parametrize("name", EVENTS)
def test_an_event_has_consequences_or_is_silent_on_purpose(name: str, handbook: Handbook) -> None:
    effects = followed(made(EVENTS[name]), handbook)
    assert bool(effects) != (name in SILENT), SILENT.get(name, "say why nobody hears of it")


@pytest.mark.parametrize("name", EVENTS)
def test_whoever_is_told_of_an_event_is_told_something(name: str, handbook: Handbook) -> None:
    event = made(EVENTS[name])
    for effect in followed(event, handbook):
        if isinstance(effect, e.TellRoom):
            assert room_notice(effect.about, picture_of(event), handbook) is not None
        if isinstance(effect, e.TellPerson):
            told = private_notice(effect.about, picture_of(event), handbook, effect.user)
            assert told is not None
            assert told.text


def test_the_page_of_events_says_who_hears(handbook: Handbook) -> None:
    for row in rows(read("docs/events.md")):
        effects = followed(made(EVENTS[row.names[0]]), handbook)
        hears = row.cells[2]
        assert hears.startswith("nobody") == (not effects), row
        assert hears.startswith("room") == any(isinstance(effect, IN_THE_ROOM) for effect in effects), row
        only_drawn = effects and all(isinstance(effect, MIRRORS) for effect in effects)
        assert (hears == "card") == bool(only_drawn), row


def test_the_post_mortem_has_a_sentence_for_every_milestone() -> None:
    assert set(rendering._SENTENCES) == TOLD | DECIDED
    assert set(EVENTS) >= TOLD | DECIDED


def test_names_are_declared_in_one_file() -> None:
    """A literal that looks like an action's name is a second declaration of it."""
    values = {action.value for action in Action} | {callback.value for callback in Callback}
    for path in Path(ROOT / "handlers").rglob("*.py"):
        if path.name != "names.py":
            constants = {
                n.value for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.Constant)
            }
            assert not {v for v in constants if isinstance(v, str) and v in values and "_" in v}, path
