"""Menus, lists, briefs and names: what a tired person reads fits the person and the moment."""

from __future__ import annotations

from dataclasses import replace

import pytest

from handlers.views import rooms
from handlers.views.approval import approval, decided
from handlers.views.brief import brief
from handlers.views.home import home
from handlers.views.listing import known_errors, live_incidents
from handlers.views.menu import menu
from handlers.views.modals import declaring
from handlers.views.review import review_ready
from handlers.views.status import status
from playbooks.domain.change import ClearanceState
from playbooks.domain.handbook import Handbook
from playbooks.domain.ids import (
    IncidentId,
    KnownErrorId,
)
from playbooks.domain.incident import Major, State
from playbooks.domain.review import ReviewState
from playbooks.protocol.outlook import outlook
from tests.handlers import scenes
from tests.handlers.judging import labels
from tests.handlers.reading import read
from tests.handlers.scenes import ADA, BOB, EVE, GUS, incident, minutes, picture


@pytest.mark.parametrize(
    ("state", "says"),
    [
        (ClearanceState.APPROVED, "✅ Approved by <@U0ADA> at 14:12 UTC"),
        (ClearanceState.DENIED, "⛔ Denied by <@U0ADA>"),
    ],
)
def test_a_decided_approval_says_by_whom_and_has_no_buttons(state: ClearanceState, says: str) -> None:
    done = replace(scenes.CLEARANCE, state=state, decided_by=ADA, decided_at=minutes(9))
    shown = decided(done, picture())
    assert says in read(shown)
    assert labels(shown.blocks) == []
    assert labels(approval(scenes.CLEARANCE, picture()).blocks) == ["Approve", "Deny…"]


def test_the_brief_shows_what_is_running_before_what_is_believed() -> None:
    shown = read(brief(scenes.HANDOVER, picture()))
    order = ["*Situation*", "*Next update* by 14:23 UTC", "*Waiting for you*", "*Verified*", "*Hypotheses*"]
    assert [shown.index(part) for part in order] == sorted(shown.index(part) for part in order)
    assert "(and 3 earlier)" in shown
    assert shown.count("Until then nothing changes.") == 1


def test_the_menu_fits_the_person_and_the_moment(handbook: Handbook) -> None:
    commander = labels(menu(picture(), ADA, handbook).blocks)
    writer = labels(menu(picture(), EVE, handbook).blocks)
    anybody = labels(menu(picture(), BOB, handbook).blocks)
    assert "Hand over…" in commander
    assert "Send an update…" in writer
    assert "Hand over…" not in writer
    assert "Send an update…" not in anybody
    manager = labels(menu(picture(), GUS, handbook).blocks)
    assert max(len(each) for each in (commander, writer, anybody, manager)) <= 12
    over = picture(incident(state=State.RESOLVED, resolved_at=minutes(50)))
    assert labels(menu(over, BOB, handbook).blocks) == [
        "Status",
        "Post-mortem",
        "Add to log…",
        "It came back…",
    ]
    proposed = picture(incident(major=Major.PROPOSED), tenure=None, due=None)
    assert labels(menu(proposed, BOB, handbook).blocks) == [
        "Yes, a major incident",
        "Merge…",
        "No…",
        "Status",
    ]


def test_home_shows_first_what_waits_for_you(handbook: Handbook) -> None:
    busy = picture(contest=scenes.CONTEST, handover=replace(scenes.HANDOVER, taker=ADA))
    shown = read(home([busy], ADA, handbook))
    assert shown.startswith("What waits for you\n🤝 <@U0ADA> offers you command")
    assert "1 change to approve in *INC-7*" in shown
    assert "Nothing. Sleep well." in read(home([], BOB, handbook))


def test_home_shows_what_is_in_earnest_before_drills(handbook: Handbook) -> None:
    drill = picture(incident(id=IncidentId(8), drill=(ADA,)))
    shown = read(home([drill, picture()], ADA, handbook, mine=[IncidentId(8), picture().incident.id]))
    assert 0 <= shown.index(f"INC-{picture().incident.id}") < shown.index("INC-8")


def test_home_tells_duties_and_own_incidents_before_the_others(handbook: Handbook) -> None:
    led = picture(incident(id=IncidentId(3), room="C0ROOM"), workstreams=(), teams=())
    other = picture(incident(id=IncidentId(4)))
    drawn = home(
        [led, other],
        ADA,
        handbook,
        mine={IncidentId(3)},
        drafts=[replace(scenes.REVIEW, incident=IncidentId(2))],
        room_url=lambda room: f"https://slack.example/{room}",
    )
    shown = read(drawn)
    assert "You are on shift" in shown
    assert "*INC-3* Payments time out: you are commander" in shown
    assert "The post-mortem of *INC-2*" in shown
    assert shown.index("Your duties") < shown.index("Your incidents") < shown.index("Other live incidents")
    assert shown.index("Other live incidents") < shown.rindex("INC-4*")
    assert "Open the room" in labels(drawn)
    assert "Your incidents" not in read(home([other], EVE, handbook))
    manager = read(home([], GUS, handbook))
    assert "You are a duty manager" in manager


def test_home_asks_commanders_to_fill_a_seat_and_shows_proposals_without_joining(handbook: Handbook) -> None:
    vacant = home([scenes.quiet_picture()], ADA, handbook)
    assert "has no commander" in read(vacant)
    assert labels(vacant)[0] == "Take command"
    proposed = home([scenes.quiet_picture(incident(major=Major.PROPOSED))], ADA, handbook)
    assert labels(proposed)[:1] == ["Status"]
    assert "has no commander" not in read(proposed)


def test_lists_say_how_many_more_there_are(handbook: Handbook) -> None:
    assert "and 2 more" in read(live_incidents([incident()] * 12, handbook))
    assert "No incident is live." in read(live_incidents([], handbook))
    assert "No known error. Post-mortems make them." in read(known_errors([], "", handbook))
    shown = read(known_errors([scenes.KNOWN], "", handbook))
    assert "*KE-3* Payments run out of workers" in shown
    assert "*Way around* Set pool.max to 40 and restart payments" in shown


def test_a_published_review_says_where_its_finding_lives() -> None:
    published = replace(
        scenes.REVIEW, state=ReviewState.PUBLISHED, published_by=ADA, known_error=KnownErrorId(3)
    )
    assert "published by <@U0ADA>" in read(review_ready(picture(review=published)))
    assert "What it taught is KE-3" in read(review_ready(picture(review=published)))
    assert "say in *What we learned…*" in read(
        review_ready(picture(review=replace(scenes.REVIEW, finding=None)))
    )


def test_a_catalogue_too_large_for_a_menu_is_asked_for_in_words(handbook: Handbook) -> None:
    services = {f"s{n}": handbook.catalogue.services["checkout"] for n in range(101)}
    large = replace(handbook, catalogue=handbook.catalogue.model_copy(update={"services": services}))
    form = declaring.declare(large, outlook(large, service=None, severity=None))
    service = form["blocks"][1]  # type: ignore[index]  # the second input
    assert service["element"]["type"] == "plain_text_input"


def test_the_status_lists_what_is_known_by_its_numbers(handbook: Handbook) -> None:
    shown = read(status(picture(), handbook))
    assert "📣 *1* Impact: 30 % of payments fail in the EU" in shown
    assert "❔ *2* Hypothesis: The pool of workers is too small" in shown
    assert "`github:acme/checkout:812`" in shown


def test_the_room_is_named_by_number_and_service_never_by_title(handbook: Handbook) -> None:
    assert rooms.room_name(picture(), handbook.playbook, 1) == "inc-7-checkout"
    assert rooms.room_name(incident(), handbook.playbook, 3) == "inc-7-checkout-3"


def test_the_topic_says_how_bad_it_is_and_whether_somebody_commands() -> None:
    assert rooms.topic(picture()) == "🔴 SEV1 · Open · Checkout · /incident for the menu"
    assert "commander wanted" in rooms.topic(scenes.quiet_picture())


def test_bookmarks_are_the_alerts_and_the_address_to_share() -> None:
    assert rooms.bookmarks(picture(), "https://tocsin.example") == (
        ("Alert: 5xx rate above 20 %", "https://graphs.example.com/d/1", ":rotating_light:"),
        ("INC-7: link to share", "https://tocsin.example/incidents/7", ":link:"),
    )
    assert rooms.bookmarks(scenes.quiet_picture(), "") == ()
