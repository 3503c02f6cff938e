"""Step 7: monitoring asks, people say that it is over, clocks are read, the freeze ends by itself."""

from __future__ import annotations

from bot.demo.cast import Cast
from bot.demo.outbreak import MINUTE, PROMETHEUS, storm
from bot.demo.recovery import FEATURE, NOTE, calm, it_recovers
from bot.demo.world import ago, delivery
from playbooks.domain.incident import State
from tests.scenarios.conftest import on_both, once
from tests.scenarios.record import Record
from tests.scenarios.scenes import commanded, declared, resolved

HOUR = 60 * MINUTE


async def outage(cast: Cast, by: str = "ada") -> None:
    """Monitoring declares, and somebody commands."""
    await storm(cast)
    await (await cast.card("Take command")).button("Take command").press(as_=by)
    await cast.card(f"Commander* @{by}")


async def verdict(cast: Cast) -> str:
    """What the gate says to a change that the freeze holds."""
    return str((await cast.machines.gate(FEATURE))["verdict"])


async def test_mitigated_resolved_and_thawed(cast: Cast, record: Record) -> None:
    await outage(cast)
    assert await verdict(cast) == "hold"
    await it_recovers(cast)

    (over,) = await record.bodies("IncidentResolved")
    assert (over["code"], over["note"]) == ("resolved by change", NOTE)
    (read,) = await record.bodies("ClockRead")
    assert (read["agreement"], read["met"]) == ("gold-restore", True)
    assert 4 * HOUR - 2 < read["elapsed_seconds"] + read["margin_seconds"] <= 4 * HOUR, "whole seconds"
    (lifted,) = await record.log("FreezeLifted")
    assert (lifted.actor, (lifted.body or {})["released"]) == ("protocol", ["github:acme/checkout:812"])
    (incident,) = await record.incidents()
    assert incident.state is State.RESOLVED
    announced = await cast.said("Resolved", "incidents")
    assert announced.buttons == []
    kinds = [entry.kind for entry in await record.log()]
    order = ["IncidentDeclared", "CommandTaken", "IncidentMitigated", "IncidentResolved", "FreezeLifted"]
    assert sorted(order, key=kinds.index) == order


@on_both
async def test_quiet_is_a_question_and_never_the_end(cast: Cast, record: Record) -> None:
    await outage(cast)
    await calm(cast)
    await record.thought_about()
    await cast.house.advance(13 * MINUTE + 5)
    asked = await cast.whispered("ada", "Monitoring has been quiet since")
    (incident,) = await record.incidents()
    assert incident.state is State.OPEN
    await asked.button("Mitigated").press(as_="ada")
    done = await (await cast.person("ada").modal()).submit({"note": "rolled back"})
    assert done.kind == "closed"
    await cast.said("*Mitigated*, says @ada")
    assert len(await record.log("QuietNoticed")) == 1


@on_both
async def test_alerts_that_come_back_reopen_the_same_incident_in_the_same_room(
    cast: Cast, record: Record
) -> None:
    await outage(cast)
    again = [dict(alert) for alert in cast.alerts]
    await calm(cast)
    await resolved(cast)
    await record.thought_about()
    await cast.house.advance(HOUR)
    await cast.said("Freeze lifted")
    now = await cast.machines.now()
    for alert in again:
        back = alert | {"startsAt": ago(now, 5).isoformat()}
        origin = str(alert["labels"]["origin"])
        await cast.machines.alert(delivery([back], origin=origin))
    await cast.house.advance(5 * MINUTE + 10)
    await cast.said("*It came back*, says monitoring")
    card = await cast.card("🔴")
    assert "❄️ on since" in card.text
    assert [(i.id, i.state, i.room_name) for i in await record.incidents()] == [
        (1, State.OPEN, "inc-1-checkout")
    ]
    assert await verdict(cast) == "hold"
    assert PROMETHEUS in str((await record.log())[0].body)


@once
async def test_it_came_back_by_hand_and_the_clock_runs_on(cast: Cast, record: Record) -> None:
    await commanded(cast)
    await cast.house.advance(HOUR)
    await resolved(cast)
    card = await cast.card("Resolved")
    await card.button("It came back").press(as_="dev")
    done = await (await cast.person("dev").modal()).submit({"reason": "payments fail again"})
    assert done.kind == "closed"
    await cast.said("*It came back*, says @dev")
    await cast.house.advance(4 * HOUR)
    await resolved(cast)
    await cast.said("missed: restored in")
    read = [body["met"] for body in await record.bodies("ClockRead")]
    assert read == [True, False]


@once
async def test_what_is_missing_is_asked_for_and_who_may_not_is_told(cast: Cast, record: Record) -> None:
    await commanded(cast)
    form = await cast.form("ada", "resolve")
    without = await form.submit({"code": "solution provided", "note": "  "})
    assert without.kind in ("errors", "refused")
    assert "Only the commander or a duty manager" in await cast.command("fay", "resolve it is fine")
    (incident,) = await record.incidents()
    assert incident.state is State.OPEN


@on_both
async def test_the_freeze_outlives_the_resolution_by_half_an_hour(cast: Cast, record: Record) -> None:
    await commanded(cast)
    assert await verdict(cast) == "hold"
    await cast.command("ada", "mitigated rolled back to 4.11")
    await cast.said("The change freeze stays on")
    await resolved(cast)
    await cast.house.advance(29 * MINUTE)
    assert await verdict(cast) == "hold"
    await cast.house.advance(MINUTE + 5)
    await cast.said("Freeze lifted by the playbook")
    assert await verdict(cast) == "allow"
    assert len(await record.log("FreezeLifted")) == 1


@once
async def test_reopened_in_time_the_freeze_was_never_gone(cast: Cast, record: Record) -> None:
    await commanded(cast)
    await resolved(cast)
    await cast.house.advance(20 * MINUTE)
    await cast.command("ada", "reopen payments fail again")
    await cast.said("*It came back*")
    await cast.house.advance(HOUR)
    assert await verdict(cast) == "hold"
    assert await record.log("FreezeLifted") == []


@once
async def test_readers_are_to_hear_of_every_turn_at_once(cast: Cast) -> None:
    await commanded(cast)
    await (await cast.form("eve", "update")).submit({})
    await cast.command("ada", "mitigated rolled back")
    asked = await cast.whispered("eve", "Update 2 is due now")
    await asked.button("Read and send").press(as_="eve")
    form = await cast.person("eve").modal()
    assert "Users are served again, and we watch that it stays so." in form.text
    await form.submit({})
    await cast.said("monitoring", "stakeholders")


@once
async def test_a_closed_record_stays_closed(cast: Cast, record: Record) -> None:
    await commanded(cast)
    await resolved(cast)
    card = await cast.card("Resolved")
    await card.button("Close").press(as_="ada")
    form = await cast.person("ada").modal()
    assert "cannot be reopened" in form.text
    await form.submit({"note": "nothing left"})
    await cast.said("*Closed* by @ada")
    assert "INC-1 is closed for good" in await cast.command("ada", "reopen it is back")
    (incident,) = await record.incidents()
    assert incident.state is State.CLOSED


@once
async def test_severity_rises_for_anybody_and_falls_with_a_reason(cast: Cast, record: Record) -> None:
    await declared(cast)
    assert "It is SEV1 now" in await cast.command("dev", "sev 1 all of Europe")
    await cast.said("Raised from SEV2 to *SEV1* by @dev: all of Europe")
    await cast.said("SEV1", "incidents")
    assert "Only" in await cast.command("dev", "sev 3 only one shop")
    await cast.command("ada", "take")
    assert "Say why it is less severe" in await cast.command("ada", "sev 3")
    assert "It is SEV3 now" in await cast.command("ada", "sev 3 only one shop")
    assert [(b["before"], b["after"]) for b in await record.bodies("SeverityChanged")] == [(2, 1), (1, 3)]
