"""Every alert finds its service by the first that answers: its name, its machine, its route."""

from __future__ import annotations

import pytest

from playbooks.catalogue import Catalogue
from playbooks.domain.handbook import Handbook
from playbooks.domain.ids import ServiceName
from playbooks.domain.placing import Placed, without_custodian
from tests.domain.outages import HANDBOOK

DUMPED = HANDBOOK.catalogue.model_dump(exclude={"cis", "routes"})


def drawn(**changes: object) -> Handbook:
    catalogue = Catalogue.model_validate({**DUMPED, **changes})
    return Handbook(playbook=HANDBOOK.playbook, catalogue=catalogue)


HOUSE = drawn(
    cis={
        "vm1": {"custodian": "orders-db", "names": ["vm1.shop.example", "10.0.0.11", "i-0ab"]},
        "shop/checkout": {"custodian": "checkout"},
        "kafka": {"custodian": "batch"},
        "fluentd": {"custodian": "reporting"},
    },
    routes=[
        {"when": {"team": "payments", "alertname": "Psp*"}, "service": "psp-ext"},
        {"when": {"team": "payments"}, "service": "payments"},
    ],
)


@pytest.mark.parametrize(
    ("hint", "labels", "expected"),
    [
        pytest.param("Checkout-API", {"host": "vm1"}, "checkout", id="what it says goes first"),
        pytest.param("node", {"instance": "vm1:9100"}, "orders-db", id="an instance with its port"),
        pytest.param("node", {"instance": "10.0.0.11:9100"}, "orders-db", id="an address with its port"),
        pytest.param("node", {"instance": "10.0.0.12:9100"}, None, id="an address nobody knows"),
        pytest.param("", {"host": "VM1.shop.example"}, "orders-db", id="a full name in capitals"),
        pytest.param("", {"host": "vm1.other.example"}, "orders-db", id="a full name by its first word"),
        pytest.param("vm1.shop.example", {}, "orders-db", id="the hint itself is the machine"),
        pytest.param("", {"InstanceId": "i-0ab"}, "orders-db", id="the id a cloud gives"),
        pytest.param(
            "", {"namespace": "shop", "pod": "checkout-7d9f8b6c5d-x2x4z"}, "checkout", id="a deployment's pod"
        ),
        pytest.param("", {"namespace": "data", "pod": "kafka-2"}, "batch", id="a stateful set's pod"),
        pytest.param("", {"pod": "fluentd-x8k2p"}, "reporting", id="a daemon set's pod"),
        pytest.param("", {"namespace": "shop", "deployment": "checkout"}, "checkout", id="the workload"),
        pytest.param("", {"namespace": "test", "deployment": "checkout"}, None, id="another's namespace"),
        pytest.param("", {"team": "payments", "alertname": "PspSlow"}, "psp-ext", id="the first route"),
        pytest.param("", {"team": "payments", "alertname": "Other"}, "payments", id="the next route"),
        pytest.param("", {"team": "payments", "host": "vm1"}, "orders-db", id="a machine before a route"),
        pytest.param("nobody", {"team": "x"}, None, id="nothing fits"),
    ],
)
def test_where_an_alert_belongs(hint: str, labels: dict[str, str], expected: str | None) -> None:
    placed = HOUSE.place(hint, labels)
    assert (placed.service if placed else None) == expected


def test_others_on_the_machine_may_be_missed_too() -> None:
    """It is the custodian's alert, and the old CRM runs there as well."""
    placed = HOUSE.place("node", {"instance": "vm1:9100"})
    assert placed == Placed(service=ServiceName("orders-db"), also=(ServiceName("legacy-crm"),))


def test_many_pods_of_one_workload_are_one_service() -> None:
    names = [f"checkout-7d9f8b6c5d-x2{a}4{b}" for a in "bcdfg" for b in "hjklm"]
    assert {HOUSE.place("", {"namespace": "shop", "pod": name}) for name in names} == {
        Placed(service=ServiceName("checkout"))
    }


def test_a_machine_of_one_service_needs_no_custodian() -> None:
    services = {name: dict(service) for name, service in DUMPED["services"].items()}
    services["search"]["hosts"] = ("es7",)
    assert drawn(services=services).place("", {"host": "es7"}) == Placed(service=ServiceName("search"))


def test_a_machine_that_several_share_without_custodian_is_told() -> None:
    """Nobody guesses whose it is: the alert is listed as nobody's, and the check says why."""
    house = drawn()
    assert house.place("", {"host": "vm1"}) is None
    assert without_custodian(house.catalogue) == {"vm1": ("orders-db", "legacy-crm")}
