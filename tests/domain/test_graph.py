"""Who needs whom: the ground on which alerts are joined and changes are held."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playbooks.domain.ids import ServiceName
from tests.domain.outages import HANDBOOK, drawn

EXAMPLE = HANDBOOK.graph


def names(words: str) -> frozenset[ServiceName]:
    return frozenset(map(ServiceName, words.split()))


def test_needs_reach_all_the_way_down_and_only_along_hard_edges() -> None:
    assert EXAMPLE.needs(names("checkout")) == names("payments orders-db auth psp-ext dns san")


def test_dependants_reach_all_the_way_up() -> None:
    assert EXAMPLE.dependants(names("orders-db")) == names("checkout payments reporting batch web mobile")


@pytest.mark.parametrize(
    ("hops", "expected"),
    [
        pytest.param(0, "", id="no hop"),
        pytest.param(1, "auth", id="one hop"),
        pytest.param(2, "auth login checkout", id="two hops"),
        pytest.param(3, "auth login checkout web mobile", id="three hops"),
        pytest.param(9, "auth login checkout web mobile", id="more hops than there are"),
    ],
)
def test_dependants_within_so_many_hops(hops: int, expected: str) -> None:
    assert EXAMPLE.dependants_within(ServiceName("dns"), hops) == names(expected)


def test_soft_neighbours_are_one_edge_away_in_either_direction() -> None:
    assert EXAMPLE.soft_neighbours(names("checkout ads")) == names("recs web")


def test_services_on_one_machine_share_its_fate() -> None:
    assert EXAMPLE.hosts_shared_with(names("orders-db")) == names("legacy-crm")
    assert EXAMPLE.hosts_shared_with(names("checkout")) == frozenset()


def test_services_of_one_owner() -> None:
    assert EXAMPLE.owned_with(names("checkout")) == names("web mobile search cart-admin")


def test_adjacent_is_one_hard_edge_in_either_direction() -> None:
    assert EXAMPLE.adjacent(ServiceName("payments"), ServiceName("checkout"))
    assert EXAMPLE.adjacent(ServiceName("checkout"), ServiceName("payments"))
    assert not EXAMPLE.adjacent(ServiceName("web"), ServiceName("payments"))
    assert not EXAMPLE.adjacent(ServiceName("web"), ServiceName("ads"))


def test_a_circle_hangs_nothing() -> None:
    graph = drawn({"a": ["b"], "b": ["c"], "c": ["a"], "d": ["a"], "e": ["e"]})
    assert graph.needs(names("a")) == names("b c")
    assert graph.dependants(names("a")) == names("b c d")
    assert graph.cycle_of(ServiceName("b")) == names("a b c")
    assert graph.cycle_of(ServiceName("d")) == names("d")
    assert [graph.needs_itself(ServiceName(n)) for n in "abcde"] == [True, True, True, False, True]


def test_a_service_the_catalogue_has_forgotten_has_no_neighbours() -> None:
    gone = names("gone")
    assert not any(
        answer(gone)
        for answer in (
            EXAMPLE.needs,
            EXAMPLE.dependants,
            EXAMPLE.soft_neighbours,
            EXAMPLE.hosts_shared_with,
            EXAMPLE.owned_with,
        )
    )
    assert EXAMPLE.dependants_within(ServiceName("gone"), 2) == frozenset()
    assert EXAMPLE.cycle_of(ServiceName("gone")) == gone
    assert not EXAMPLE.needs_itself(ServiceName("gone"))
    assert not EXAMPLE.adjacent(ServiceName("gone"), ServiceName("web"))


@given(
    st.dictionaries(st.sampled_from("abcdef"), st.lists(st.sampled_from("abcdef"), unique=True), min_size=1),
    st.sets(st.sampled_from("abcdef")),
)
@settings(max_examples=60, deadline=None)
def test_needing_is_the_reverse_of_depending(edges: dict[str, list[str]], asked: set[str]) -> None:
    graph = drawn({name: edges.get(name, []) for name in "abcdef"})
    services = frozenset(map(ServiceName, asked))
    assert not graph.needs(services) & services
    for needed in graph.needs(services):
        assert graph.dependants((needed,)) & services
