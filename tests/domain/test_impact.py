"""What hangs on a service: rings that nobody has to draw by hand at three in the morning."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playbooks.catalogue import Catalogue, Dependency
from playbooks.domain.errors import NeedsWords
from playbooks.domain.handbook import Handbook
from playbooks.domain.ids import ServiceName
from playbooks.domain.impact import Impact, circles, impact
from playbooks.domain.naming import require_service
from playbooks.loader import DEFAULT_PLAYBOOK, EXAMPLE_CATALOGUE, load
from tests.domain.test_freeze import ALL, CATALOGUE

SHIPPED = load(DEFAULT_PLAYBOOK, EXAMPLE_CATALOGUE)
FIXTURE = replace(SHIPPED, catalogue=CATALOGUE)


def drawn(found: Impact) -> list[set[str]]:
    return [{one.service for one in ring} for ring in found.rings]


@pytest.mark.parametrize(
    ("service", "expected"),
    [
        pytest.param(
            "checkout",
            [{"checkout", "payments", "orders-db", "psp-ext"}, {"web", "recs"}, {"cart-admin"}],
            id="in the middle",
        ),
        pytest.param(
            "orders-db",
            [{"orders-db", "legacy-crm"}, {"checkout", "payments", "reporting", "web"}, set()],
            id="at the bottom, on a shared machine",
        ),
        pytest.param(
            "web",
            [
                {"web", "checkout", "search", "search-idx", "payments", "orders-db", "psp-ext"},
                {"ads"},
                {"cart-admin"},
            ],
            id="at the top",
        ),
        pytest.param("hr-portal", [{"hr-portal"}, set(), set()], id="alone"),
    ],
)
def test_the_rings_around_a_service(service: str, expected: list[set[str]]) -> None:
    found = impact(ServiceName(service), FIXTURE)
    *near, outside = drawn(found)
    assert near == expected
    assert outside == set(ALL).difference(*expected)
    assert found.circles == ()


def test_whoever_answers_is_named() -> None:
    psp = impact(ServiceName("psp-ext"), SHIPPED).rings[0][0]
    assert (psp.title, psp.owner, psp.operators, psp.leads) == (
        "AcmePay card processing",
        "Payments team",
        ("AcmePay",),
        ("U0CLEO",),
    )


@given(
    st.lists(st.tuples(st.sampled_from(ALL), st.sampled_from(ALL)), max_size=30),
    st.sampled_from(ALL),
)
@settings(max_examples=25, deadline=None)
def test_every_service_is_in_one_ring_whatever_needs_whatever(
    edges: list[tuple[str, str]], asked: str
) -> None:
    """Circles included: they are told and never walked twice."""
    found = impact(ServiceName(asked), replace(SHIPPED, catalogue=_linked(edges)))
    rings = drawn(found)
    assert sum(map(len, rings)) == len(set().union(*rings)) == len(ALL)
    assert asked in rings[0]
    near = rings[0] | rings[1]
    assert all(near.intersection(circle) for circle in found.circles)


def _linked(edges: list[tuple[str, str]]) -> Catalogue:
    services = {
        name: service.model_copy(
            update={"depends_on": tuple(Dependency(service=b) for a, b in edges if a == name)}
        )
        for name, service in CATALOGUE.services.items()
    }
    return CATALOGUE.model_copy(update={"services": services})


def test_a_circle_is_told_once() -> None:
    handbook: Handbook = replace(
        SHIPPED, catalogue=_linked([("web", "search"), ("search", "web"), ("ads", "ads")])
    )
    assert circles(handbook.graph, map(ServiceName, ALL)) == (("ads",), ("search", "web"))


@pytest.mark.parametrize(
    ("word", "says"),
    [("chekout", "Did you mean checkout"), ("zzz", "It knows"), ("", "It knows")],
)
def test_a_name_that_nobody_knows_is_answered_with_a_guess(word: str, says: str) -> None:
    with pytest.raises(NeedsWords, match=says):
        require_service(SHIPPED, word)
    assert require_service(SHIPPED, " SSO ") == "auth"
