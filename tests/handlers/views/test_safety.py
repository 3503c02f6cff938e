"""Whatever words come from outside, every message stays within Slack's limits and wakes nobody.

Alert texts, titles, names and what people type are foreign. They are put, one after the
other, into every field of everything that is shown.
"""

# ruff: noqa: ARG005, PLW0108  a table of calls of one shape is easier to read than one of exceptions

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.names import Verb
from handlers.views import answers, approval, brief, candidate, frozen, listing, rooms, update
from handlers.views.alike import looks_alike
from handlers.views.announcement import TOGETHER, announcement, bulletin
from handlers.views.card import card
from handlers.views.catchup import caught_up, missed_before
from handlers.views.decisions import decisions, proposal, proposed_to_room
from handlers.views.decisions import said as decision_said
from handlers.views.governance import signed
from handlers.views.help import help_text
from handlers.views.home import home
from handlers.views.kit import Message
from handlers.views.menu import menu, menu_elsewhere
from handlers.views.modals import decisions as decision_forms
from handlers.views.modals import (
    declaring,
    ending,
    learning,
    merging,
    reporting,
    saying,
    searching,
    seat,
    verbal,
)
from handlers.views.modals import governance as governance_forms
from handlers.views.modals import tasks as task_forms
from handlers.views.notices import private_notice, room_notice
from handlers.views.review import review_ready
from handlers.views.search import searched
from handlers.views.statements import facts
from handlers.views.status import status
from handlers.views.tasks import given as task_given
from handlers.views.tasks import said, tasks
from playbooks.domain import events as e
from playbooks.domain.alike import Alike, Nearness
from playbooks.domain.digest import compose
from playbooks.domain.entry import GENESIS, entry_for
from playbooks.domain.handbook import Handbook
from playbooks.domain.ids import IncidentId
from playbooks.domain.incident import State
from playbooks.domain.milestones import TOLD
from playbooks.domain.review import Kinship, Proposal
from playbooks.domain.signature import SignatureState
from playbooks.domain.statement import StatementClass
from playbooks.protocol.catchup import Catchup, Missed, Since, Stretch
from playbooks.protocol.outlook import outlook
from playbooks.protocol.picture import Picture
from playbooks.protocol.report import Filed
from playbooks.protocol.search import Found, Hit
from tests.handlers import scenes
from tests.handlers.judging import accept_message, accept_view
from tests.handlers.scenes import ADA, BOB, CHECKOUT, GUS, HOSTILE, picture, poisoned
from tests.storage.records import LADDER, TEAM

EVENTS = [
    kind
    for kind in vars(e).values()
    if isinstance(kind, type) and issubclass(kind, e.Event) and kind is not e.Event
]
PEOPLE = (ADA, BOB, GUS)
FIELDS = sorted({field.name for kind in EVENTS for field in dataclasses.fields(kind)})
SECONDS = st.integers(-(10**9), 10**9)
KNOWN_RANGES: dict[type[e.Event], dict[str, Any]] = {
    e.ClockRead: {"elapsed_seconds": SECONDS, "margin_seconds": SECONDS},
}


def digest_of(scene: Picture) -> Any:
    return compose(
        incident=scene.incident.id,
        severity=scene.severity_name,
        services=scene.service_titles,
        state=scene.incident.state,
        since=scene.incident.impact_started_at,
        statements=scene.statements,
        number=2,
        at=scene.at,
        next_at=scenes.minutes(30),
        env=scene.incident.env,
        note=scene.incident.title,
        told_until=scenes.minutes(6),
    )


MESSAGES: dict[str, Callable[[Picture, Handbook], Message]] = {
    "card": lambda p, h: card(p, link=lambda path: f"https://tocsin.example{path}"),
    "announcement": lambda p, h: announcement(p),
    "bulletin": lambda p, h: bulletin([p] * TOGETHER),
    "approval": lambda p, h: approval.approval(p.clearances[0], p),
    "approval decided": lambda p, h: approval.decided(p.clearances[0], p),
    "brief": lambda p, h: brief.brief(poisoned(scenes.HANDOVER, p.incident.title, times=3), p),
    "review": lambda p, h: review_ready(p),
    "facts": lambda p, h: facts(p),
    "status": status,
    "caught up": lambda p, h: caught_up(_missed(p), ADA, _room_url),
    "caught up further back": lambda p, h: missed_before(_missed(p), _room_url),
    "searched": lambda p, h: searched(_found(p), p.incident.title, _room_url),
    "searched in vain": lambda p, h: searched(
        dataclasses.replace(_found(p), hits=()), p.incident.title, _room_url
    ),
    "menu of the commander": lambda p, h: menu(p, ADA, h),
    "menu of a manager": lambda p, h: menu(p, GUS, h),
    "menu elsewhere": lambda p, h: menu_elsewhere([p.incident] * 20, h),
    "list": lambda p, h: listing.live_incidents([p.incident] * 20, h),
    "known errors": lambda p, h: listing.known_errors(
        [known for known, _ in p.known_errors], p.incident.title, h
    ),
    "freeze": lambda p, h: frozen.freeze_of(p),
    "freezes": lambda p, h: frozen.freezes([p] * 8),
    "approvals": lambda p, h: frozen.pending_approvals(p),
    "update": lambda p, h: update.update(digest_of(p)),
    "which incident": lambda p, h: answers.which_incident(
        Verb.LOG, "", [p.incident] * 5, [p.severity_name] * 5
    ),
    "not understood": lambda p, h: answers.not_understood(
        p.incident.title, (Verb.LOG,), None, title="", rest=""
    ),
    "refusal": lambda p, h: answers.refused(f"No, {p.incident.title}"),
    "noted": lambda p, h: answers.noted(p.incident.title, None, (p.incident.id, 12)),
    "looks alike": lambda p, h: looks_alike(_alike(p), CHECKOUT, p.incident.title, h),
    "proposal": lambda p, h: proposal(p.decisions[0], p),
    "decisions": lambda p, h: decisions(p, ADA, h),
    "proposed": lambda p, h: proposed_to_room(p.decisions[0]),
    "answered a proposal": lambda p, h: decision_said(p.decisions[0]),
    "signed": lambda p, h: signed(p.signatures[0]),
    "objected to": lambda p, h: signed(dataclasses.replace(p.signatures[0], state=SignatureState.VETOED)),
    "lapsed": lambda p, h: signed(dataclasses.replace(p.signatures[0], state=SignatureState.LAPSED)),
    "asked first": lambda p, h: answers.awaits(f"You asked, {p.incident.title}"),
    "tasks": lambda p, h: tasks(p, ADA, h),
    "task given": lambda p, h: task_given(p.tasks[1]),
    "task answered": lambda p, h: said(p.tasks[0]),
    "help": lambda p, h: help_text(),
}


def _room_url(channel: str) -> str:
    return f"https://app.slack.com/client/T0TOCSIN/{channel}"


def _missed(p: Picture) -> Catchup:
    """An entry of every kind that is told, with foreign words in all of them."""
    facts = {"incident": p.incident.id, "at": p.at, "by": ADA, "text": p.incident.title, "seq": 7}
    kinds = [*sorted(TOLD), "MessageSaid"]
    bodies = [{**dict.fromkeys(FIELDS, p.incident.title), **facts, "ts": "1.000001"} for _ in kinds]
    shape = entry_for(_event(p), seq=3, prev_hash=GENESIS, recorded_at=p.at)
    told = tuple(dataclasses.replace(shape, kind=k, body=b) for k, b in zip(kinds, bodies, strict=True))
    missed = Missed(
        stretch=Stretch(how=Since.LEFT, since=p.at),
        told=told[:10],
        more=9,
        said=told[-3:],
        messages=12,
        unread=False,
        words={},
    )
    return Catchup(picture=p, decided=told[10:], missed=missed)


def _found(p: Picture) -> Found:
    told = _missed(p)
    entries = [*told.decided, *told.missed.said]
    hits = tuple(Hit(entry=entry, text=p.incident.title) for entry in entries[-10:])
    return Found(incident=p.incident, hits=hits, older=True)


def _event(p: Picture) -> e.Event:
    return e.WordsRemoved(incident=p.incident.id, by=ADA, at=p.at, entries=(), reason="")


def _alike(p: Picture) -> tuple[Alike, ...]:
    return tuple(Alike(incident=p.incident, nearness=nearness, service=CHECKOUT) for nearness in Nearness)


def _filed(p: Picture) -> Filed:
    return Filed(report=p.reports[0], incident=p.incident, number=3)


def _numbered(p: Picture) -> list[Picture]:
    """Twelve incidents, in each of which everything waits for one person."""
    team = dataclasses.replace(TEAM, leader=ADA, task=p.incident.title)
    search = dataclasses.replace(LADDER, absent=ADA, ended_at=None)
    return [
        dataclasses.replace(
            p,
            incident=dataclasses.replace(p.incident, id=IncidentId(n), room="C0ROOM"),
            teams=(team,) * 3,
            search=search,
        )
        for n in range(12)
    ]


def _draft(p: Picture) -> Any:
    return dataclasses.replace(_long_review(p), incident=p.incident.id)


VIEWS: dict[str, Callable[[Picture, Handbook], Any]] = {
    "home": lambda p, h: home([p] * 12, ADA, h),
    "home of somebody busy": lambda p, h: home(
        _numbered(p), ADA, h, mine=range(6), drafts=[_draft(p)] * 5, room_url=_room_url
    ),
    "declare": lambda p, h: declaring.declare(
        h,
        outlook(h, service=CHECKOUT, severity=1, alike=_alike(p)),
        declaring.Draft(title=p.incident.title, service=p.incident.title, source_link=p.incident.title),
    ),
    "declare once more": lambda p, h: declaring.declare(h, outlook(h, service=None, severity=4)),
    "report": lambda p, h: reporting.report(
        h,
        reporting.ReportDraft(service="checkout", text=p.incident.title, source_link=p.incident.title),
        p.incident,
    ),
    "reported": lambda p, h: answers.shown("Reported", reporting.went(_filed(p), h)),
    "merge": lambda p, h: merging.merge(
        p.incident, [dataclasses.replace(p.incident, id=IncidentId(n)) for n in (1, 2, 3)], h
    ),
    "merge without another": lambda p, h: merging.merge(p.incident, [], h),
    "reject": lambda p, h: declaring.reject(p.incident.id),
    "contest": lambda p, h: seat.contest(p),
    "handover": lambda p, h: seat.handover(p),
    "part of": lambda p, h: verbal.part_of(p.incident.id),
    "in earnest": lambda p, h: verbal.in_earnest(p.incident.id),
    "correct": lambda p, h: verbal.correct(p.incident.id, 12),
    "search": lambda p, h: searching.search(p.incident.id),
    "log": lambda p, h: saying.log(p.incident.id, text=p.incident.title),
    "statement": lambda p, h: saying.statement(p.incident.id, StatementClass.IMPACT, text=p.incident.title),
    "update": lambda p, h: saying.send_update(digest_of(p), note=p.incident.title),
    "propose": lambda p, h: decision_forms.propose(p),
    "object": lambda p, h: decision_forms.object_to(p.decisions[0]),
    "object to an act": lambda p, h: governance_forms.object_to(p.signatures[0]),
    "decide": lambda p, h: decision_forms.decide(p.decisions[0], p, BOB),
    "task": lambda p, h: task_forms.task(p, h.playbook.tasks, to=BOB, text=p.incident.title),
    "task for another": lambda p, h: task_forms.give(p.tasks[0]),
    "severity": lambda p, h: ending.severity(p, h),
    "mitigate": lambda p, h: ending.mitigate(p, note=p.incident.title),
    "resolve": lambda p, h: ending.resolve(p, h, note=p.incident.title),
    "reopen": lambda p, h: ending.reopen(p),
    "close": lambda p, h: ending.close(p),
    "thaw": lambda p, h: ending.thaw(p, reason=p.incident.title),
    "deny": lambda p, h: ending.deny(p.clearances[0], 3),
    "read": lambda p, h: learning.read(_long_review(p)),
    "edit": lambda p, h: learning.edit(_long_review(p)),
    "finding": lambda p, h: learning.finding(_long_review(p), h),
    "publish": lambda p, h: learning.publish(_long_review(p), _proposal(p)),
    "answer": lambda p, h: answers.in_modal(status(p, h)),
}


def _long_review(scene: Picture) -> Any:
    assert scene.review is not None
    parts = "".join(f"## Part {n}\n\n{scene.incident.title}\n\n" for n in range(60))
    finding = poisoned(scenes.FINDING, scene.incident.title, times=3)
    return dataclasses.replace(
        scenes.REVIEW, body=f"# INC-7\n\n{scene.review.body}\n{parts}", finding=finding
    )


def _proposal(scene: Picture) -> Proposal:
    return Proposal(
        kinship=Kinship.CONFLICT,
        known_error=scenes.KNOWN.id,
        symptom_score=0.9,
        cause_score=0.8,
        why=scene.incident.title,
    )


@pytest.fixture(params=[pytest.param(word, id=f"{word[:12]!a}… {len(word)}") for word in HOSTILE])
def hostile(request: pytest.FixtureRequest) -> Picture:
    """A crowded incident with one hostile word in every field."""
    crowded = poisoned(picture(contest=scenes.CONTEST, handover=scenes.HANDOVER), request.param, times=20)
    return dataclasses.replace(crowded, service_titles=crowded.service_titles * 3)


@pytest.mark.parametrize("name", MESSAGES)
def test_no_message_breaks_or_shouts(name: str, hostile: Picture, handbook: Handbook) -> None:
    accept_message(MESSAGES[name](hostile, handbook))


@pytest.mark.parametrize("name", VIEWS)
def test_no_modal_or_tab_breaks_or_shouts(name: str, hostile: Picture, handbook: Handbook) -> None:
    accept_view(VIEWS[name](hostile, handbook))


@pytest.mark.parametrize("name", MESSAGES)
@pytest.mark.parametrize("state", State)
def test_every_message_has_a_form_for_every_state(name: str, state: State, handbook: Handbook) -> None:
    scene = picture(
        scenes.incident(state=state, mitigated_at=scenes.minutes(40), resolved_at=scenes.minutes(50))
    )
    accept_message(MESSAGES[name](scene, handbook))


@pytest.mark.parametrize("kind", EVENTS, ids=lambda kind: kind.__name__)
@settings(max_examples=8)
@given(data=st.data())
def test_no_notice_breaks_or_shouts(kind: type[e.Event], data: st.DataObject, handbook: Handbook) -> None:
    """Whatever happens, to whomever it is told."""
    event = data.draw(st.builds(kind, **KNOWN_RANGES.get(kind, {})))
    word = data.draw(st.sampled_from(HOSTILE) | st.text(max_size=50))
    event = poisoned(event, word, times=data.draw(st.integers(1, 30)))
    scene = poisoned(picture(), word)
    for message in (
        room_notice(event, scene, handbook),
        *(private_notice(event, scene, handbook, user) for user in (*PEOPLE, *_parties(event))),
    ):
        if message is not None:
            accept_message(message)


def _parties(event: e.Event) -> list[Any]:
    return [getattr(event, name) for name in ("incumbent", "challenger", "winner") if hasattr(event, name)]


@settings(max_examples=15)
@given(event=st.from_type(e.CandidateProposed), word=st.sampled_from(HOSTILE))
def test_no_question_breaks_or_shouts(event: e.CandidateProposed, word: str, handbook: Handbook) -> None:
    accept_message(candidate.candidate(poisoned(event, word, times=10), handbook))


@pytest.mark.parametrize("word", HOSTILE)
@pytest.mark.parametrize("attempt", [1, 2, 9])
def test_room_names_are_always_legal(word: str, attempt: int, handbook: Handbook) -> None:
    """Lower-case letters, digits, dashes, at most 80 of them, and different for every attempt."""
    about = poisoned(scenes.incident(), word)
    name = rooms.room_name(about, handbook.playbook, attempt)
    assert 0 < len(name) <= 80
    assert set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-_")
    assert name != rooms.room_name(about, handbook.playbook, attempt + 1)


def test_topic_and_bookmarks_are_short_and_plain(hostile: Picture) -> None:
    assert len(rooms.topic(hostile)) <= 250
    assert "<" not in rooms.topic(hostile)
    for title, address, emoji in rooms.bookmarks(hostile, "https://tocsin.example"):
        assert title.strip()
        assert address.startswith("https://")
        assert emoji.startswith(":")
