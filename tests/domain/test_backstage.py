"""Backstage's catalogue files in the words of ours; what leads nowhere is said, not dropped."""

from __future__ import annotations

from dataclasses import replace

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from playbooks.backstage import Imported, NotBackstage, entities, imported, written
from playbooks.catalogue import Catalogue
from playbooks.domain.ids import ServiceName
from playbooks.domain.impact import impact
from playbooks.loader import DEFAULT_PLAYBOOK, EXAMPLE_CATALOGUE, load
from tests.domain.test_freeze import ALL, CATALOGUE, HARD

FILE = """
apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: Checkout_API
  title: Checkout
spec:
  type: service
  lifecycle: production
  owner: group:default/Shop-Team
  system: web-shop
  dependsOn: [resource:orders.db, component:default/payments]
---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: payments}
spec: {owner: pay, dependsOn: [resource:orders.db], dependencyOf: [component:checkout_api]}
---
kind: Resource
metadata: {name: orders.db}
spec: {type: database, owner: shop-team}
---
kind: System
metadata: {name: web-shop, title: Web shop}
spec: {owner: shop-team}
---
kind: Group
metadata: {name: shop-team}
spec: {type: team, profile: {displayName: The Shop}, children: []}
---
kind: Location
metadata: {name: elsewhere}
spec: {targets: [./x.yaml]}
"""


def read(*files: str, known: tuple[str, ...] = ()) -> Imported:
    return imported(entities((f"f{n}.yaml", text) for n, text in enumerate(files)), tier=2, known=known)


def component(name: str, *needs: str, owner: str = "team", **spec: object) -> str:
    entity = {
        "kind": "Component",
        "metadata": {"name": name},
        "spec": {"owner": owner, "dependsOn": [f"component:{n}" for n in needs], **spec},
    }
    return yaml.safe_dump(entity)


def test_components_resources_and_systems_become_services() -> None:
    result = read(FILE)
    assert result.parties == {"pay": {"title": "pay"}, "shop-team": {"title": "The Shop"}}
    assert result.services == {
        "checkout-api": {
            "title": "Checkout",
            "tier": 2,
            "owner": "shop-team",
            "depends_on": [{"service": "orders-db"}, {"service": "payments"}],
            "aliases": ["Checkout_API"],
        },
        "orders-db": {"title": "orders.db", "tier": 2, "owner": "shop-team", "aliases": ["orders.db"]},
        "payments": {
            "title": "payments",
            "tier": 2,
            "owner": "pay",
            "depends_on": [{"service": "orders-db"}],
        },
        "web-shop": {
            "title": "Web shop",
            "tier": 2,
            "owner": "shop-team",
            "depends_on": [{"service": "checkout-api", "kind": "soft"}],
        },
    }
    assert (result.dangling, result.circles, result.notes) == ((), (), ())


def completed(result: Imported) -> Catalogue:
    """A catalogue with the imported sections, as somebody would put it together."""
    whole = CATALOGUE.model_dump(mode="json") | yaml.safe_load(written(result))
    whole["people"] = {"gus": {"slack": "U0GUS", "party": next(iter(whole["parties"]))}}
    return Catalogue.model_validate(whole)


def test_the_rings_of_what_was_imported_are_the_rings_that_were_drawn_by_hand() -> None:
    owners = {name: service.owner for name, service in CATALOGUE.services.items()}
    result = read(*(component(name, *HARD.get(name, ()), owner=owners[name]) for name in ALL))
    handbook = replace(load(DEFAULT_PLAYBOOK, EXAMPLE_CATALOGUE), catalogue=completed(result))
    rings = impact(ServiceName("checkout"), handbook).rings
    assert [{one.service for one in ring} for ring in rings[:3]] == [
        {"checkout", "payments", "orders-db", "psp-ext"},
        {"web"},
        {"cart-admin"},
    ]


def test_what_is_in_no_file_is_told_and_circles_too() -> None:
    result = read(
        component("a", "b", "gone"), component("b", "c"), component("c", "a", "ours"), known=("ours",)
    )
    assert result.dangling == (
        "f0.yaml, document 1: component:default/a depends on component:default/gone, which is in no file",
    )
    assert result.circles == (("a", "b", "c"),)
    assert result.services["c"]["depends_on"] == [{"service": "a"}, {"service": "ours"}]


def test_names_that_would_be_the_same_stay_apart() -> None:
    twin = "kind: System\nmetadata: {name: shop}\nspec: {owner: team}"
    result = read(component("shop"), twin, component("SHOP_"))
    assert set(result.services) == {"shop", "shop-component", "shop-system"}
    assert len(result.notes) == 2


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param("a: [}", "f0.yaml:1: this is not YAML", id="broken"),
        pytest.param("just words", "document 1: this is no entity", id="words"),
        pytest.param("kind: Component\nmetadata: {}", "metadata.name are needed", id="nameless"),
        pytest.param("kind: Component\nmetadata: {name: a}", "has no owner", id="ownerless"),
        pytest.param("kind: Group\nmetadata: {name: a}", "no component", id="nothing in it"),
        pytest.param(
            f"{component('a')}\n---\n{component('A')}", "several of component:default/a", id="twice"
        ),
    ],
)
def test_what_cannot_be_used_says_why_and_where(text: str, says: str) -> None:
    with pytest.raises(NotBackstage, match=says):
        read(text)


@given(
    st.lists(
        st.tuples(st.text(min_size=1, max_size=12), st.lists(st.text(max_size=12), max_size=3)), max_size=6
    )
)
@settings(max_examples=40, deadline=None)
def test_whatever_the_names_are_the_result_is_a_catalogue(parts: list[tuple[str, list[str]]]) -> None:
    try:
        result = read(*(component(name, *needs) for name, needs in parts))
    except NotBackstage:
        return
    assert set(completed(result).services) == set(result.services)
