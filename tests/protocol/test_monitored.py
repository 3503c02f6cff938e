"""What monitoring names without knowing our services, and what it was told to expect."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from playbooks.domain.handbook import Handbook
from playbooks.domain.incident import Major
from playbooks.domain.signal import Measured, Signal, SignalKind, SignalStatus
from playbooks.monitored import Maintenance
from playbooks.protocol import find, intake
from tests.clock import START
from tests.protocol.conftest import ON_SQLITE, House, signal

EU, PROBE = "prometheus-eu", "probe"


def on_machine(origin: str) -> Signal:
    """An alert that names a machine and a job nobody has heard of."""
    told = signal("node", at=START, origin=origin, severity=2)
    return replace(told, labels={"instance": "vm1.shop.example:9100", "job": "node"})


@ON_SQLITE
async def test_an_alert_on_a_machine_is_its_custodians_and_others_are_missed_too(house: House) -> None:
    """vm1 is looked after by the order database's people; the old CRM runs on it as well."""
    await house.hears(on_machine(EU), on_machine(PROBE))
    await house.pass_time(minutes=5)
    incident = await house.incident()
    assert (incident.major, incident.rule) == (Major.ACCEPTED, "tier2-corroborated")
    assert set(incident.impacted) == {"orders-db", "legacy-crm"}
    assert not await find.unmapped(house.ports)


@ON_SQLITE
async def test_a_budget_that_burns_fast_declares_and_calms_down_by_its_counts(house: House) -> None:
    def counted(bad: int) -> Signal:
        windows = {timedelta(hours=1): (150, 10_000), timedelta(minutes=5): (bad, 1000)}
        return replace(
            signal("checkout", at=house.clock.now(), origin="ledger", status=SignalStatus.NODATA),
            kind=SignalKind.SLO_BURN,
            starts_at=None,
            objective="availability",
            measured=tuple(Measured(window=w, bad=b, total=t) for w, (b, t) in windows.items()),
        )

    await house.hears(counted(bad=14))
    assert await house.incidents() == []
    await house.hears(counted(bad=16))
    incident = await house.incident()
    assert (incident.major, incident.rule, incident.severity) == (Major.ACCEPTED, "fast-burn", 2)
    await house.pass_time(minutes=4)
    await house.hears(counted(bad=1))
    async with house.store.reading() as unit:
        (episode,) = await unit.episodes.of(incident.id)
    assert (episode.is_open, episode.labels["burn_rate"]) == (False, "15")


@ON_SQLITE
async def test_what_was_announced_is_kept_and_declares_nothing_until_it_is_over(
    house: House, handbook: Handbook
) -> None:
    """The log has it; the rules listen from the end on, and then it has to stand anew."""
    window = Maintenance(
        title="Firmware",
        services=("checkout",),
        announced=START - timedelta(days=1),
        start=START,
        end=START + timedelta(minutes=30),
    )
    catalogue = handbook.catalogue.model_copy(update={"maintenance": (window,)})
    ours = Handbook(playbook=handbook.playbook, catalogue=catalogue)
    house.ports = replace(house.ports, handbook=lambda: ours)
    await house.hears(signal("checkout", at=START, origin=EU), signal("checkout", at=START, origin=PROBE))
    await house.pass_time(minutes=34)
    assert await house.incidents() == []
    async with house.store.reading() as unit:
        assert len(await unit.episodes.around(START)) == 2
    await house.pass_time(minutes=1)
    assert (await house.incident()).rule == "tier1-corroborated"


@ON_SQLITE
async def test_other_rules_are_heard_by_alerts_that_stand(house: House, handbook: Handbook) -> None:
    """No alert says that the playbook was changed, so all of them are looked at now and then."""
    await house.hears(signal("recs", at=START, origin=EU, severity=2))
    await house.pass_time(minutes=20)
    first = handbook.playbook.triggers[0]
    lax = first.model_copy(update={"when": first.when.model_copy(update={"tier": 4, "distinct_origins": 1})})
    ours = Handbook(
        playbook=handbook.playbook.model_copy(update={"triggers": (lax,)}), catalogue=handbook.catalogue
    )
    house.ports = replace(house.ports, handbook=lambda: ours)
    await house.hears(signal("recs", at=START, origin=EU, severity=2))
    assert await house.incidents() == [], "a reminder is no news"
    await intake.look_again(house.ports)
    await house.pass_time(seconds=1)
    assert (await house.incident()).impacted == ("recs",)
