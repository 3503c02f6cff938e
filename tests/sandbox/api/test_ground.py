"""What everything else stands on: time, identifiers, the journal, the seed."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from sandbox.clock import Clock
from sandbox.ids import Ids, credentials_of
from sandbox.journal import Journal
from sandbox.seed import default_seed, load_seed
from sandbox.state import Change, Knobs, Workspace


async def sleeping(clock: Clock, seconds: float) -> asyncio.Task[None]:
    task = asyncio.ensure_future(clock.sleep(seconds))
    await asyncio.sleep(0)
    return task


async def test_a_clock_that_stands_still_wakes_nobody_until_it_is_advanced() -> None:
    clock = Clock("manual", start=1000.0)
    task = await sleeping(clock, 60)
    clock.advance(59)
    await asyncio.sleep(0.01)
    assert not task.done()
    clock.advance(1)
    async with asyncio.timeout(1):
        await task
    assert clock.now() == 1060.0


async def test_a_scaled_clock_runs_ahead() -> None:
    clock = Clock("scaled", factor=10_000, start=0.0)
    async with asyncio.timeout(2):
        await clock.sleep(600)
    assert clock.now() >= 600


async def test_advancing_wakes_sleepers_of_a_real_clock_too() -> None:
    clock = Clock()
    task = await sleeping(clock, 3600)
    clock.advance(3600)
    async with asyncio.timeout(1):
        await task


async def test_changing_the_mode_keeps_the_instant_and_lets_sleepers_go_on() -> None:
    clock = Clock("manual", start=5.0)
    task = await sleeping(clock, 100)
    clock.set_mode("scaled", 100_000)
    assert clock.now() >= 5.0
    async with asyncio.timeout(2):
        await task


def test_time_never_runs_backwards() -> None:
    with pytest.raises(ValueError, match="forward"):
        Clock("manual").advance(-1)


def test_identifiers_are_the_same_in_every_run_and_never_given_twice() -> None:
    ids, again = Ids(7), Ids(7)
    given = [ids.fresh("C") for _ in range(500)]
    assert given == [again.fresh("C") for _ in range(500)]
    assert len(set(given)) == 500
    assert all(each.startswith("C0") and len(each) == 11 for each in given)


def test_an_app_gets_its_credentials_from_its_name() -> None:
    one, same, other = credentials_of("Tocsin"), credentials_of("Tocsin"), credentials_of("Else")
    assert one == same != other
    assert one.bot_token.startswith("xoxb-")
    assert one.app_token.startswith(f"xapp-1-{one.app_id}-")
    assert len(one.signing_secret) == 32


def test_given_credentials_win_and_an_update_keeps_them() -> None:
    workspace, manifest = Workspace(), {"display_information": {"name": "Tocsin"}}
    app = workspace.install_app(manifest, {"bot_token": "xoxb-mine"})
    again = workspace.install_app(manifest | {"settings": {"socket_mode_enabled": True}})
    assert (again.bot_token, again.socket_mode, again.bot_user_id) == ("xoxb-mine", True, app.bot_user_id)
    assert len([each for each in workspace.users.values() if each.is_bot]) == 1


def test_the_journal_is_ordered_and_forgets_the_oldest() -> None:
    journal = Journal(lambda: 5.0, kept=3)
    for number in range(5):
        journal.record("act", direction="in", summary=str(number))
    assert [each.summary for each in journal.since(3)] == ["3", "4"]
    assert [each.seq for each in journal.latest(2)] == [5, 4]
    assert [each.summary for each in journal.since()] == ["2", "3", "4"]


def test_every_change_is_told_with_a_number_of_its_own() -> None:
    workspace, told = Workspace(), list[Change]()
    stop = workspace.subscribe(told.append)
    workspace.emit("channel", "something_happened", channel="C0GENERAL", user="U0ADA")
    stop()
    workspace.emit("channel", "something_else")
    assert [each.name for each in told] == ["something_happened"]
    assert told[0].to_json() | {"at": 0} == {
        "seq": 1,
        "kind": "channel",
        "name": "something_happened",
        "at": 0,
        "channel": "C0GENERAL",
        "user": "U0ADA",
    }
    assert workspace.seq == 2


def test_the_seeded_cast() -> None:
    workspace = Workspace()
    people = {user.name: user for user in workspace.users.values()}
    assert people["ada"].is_admin
    assert people["hal"].is_restricted
    assert people["ivy"].is_ultra_restricted
    assert people["kai"].team_id == "T0PARTNER"
    assert people["leo"].deleted
    assert list(workspace.channels["G0SECRET"].members) == ["U0ADA", "U0BOB"]
    assert workspace.find_channel("#old-project") is workspace.channels["C0OLD"]
    assert workspace.find_user("@ada") is people["ada"]
    assert workspace.groups["S0DUTY"].users == ["U0GUS"]


def test_another_cast_can_be_read_from_a_file(tmp_path: Path) -> None:
    text = """
    team_id: T0OTHER
    users: [{id: U0ZED, name: zed, real_name: Zed}]
    channels: [{id: C0ONLY, name: only, members: [zed], topic: Here}]
    groups: [{id: S0ALL, name: All, handle: all, users: [zed]}]
    """
    path = tmp_path / "seed.yaml"
    path.write_text(text, encoding="utf-8")
    workspace = Workspace(load_seed(path))
    assert (workspace.team_id, list(workspace.channels["C0ONLY"].members)) == ("T0OTHER", ["U0ZED"])
    assert workspace.channels["C0ONLY"].topic.value == "Here"
    assert workspace.users["U0ZED"].team_id == "T0OTHER"


def test_a_seed_plants_the_same_twice() -> None:
    seed = default_seed()
    assert list(Workspace(seed).channels) == list(Workspace(seed).channels)


def test_limits_are_on_unless_switched_off() -> None:
    assert Knobs().rate_limits == "documented"
    assert Knobs().check_scopes
