"""One outage is one cluster, in whatever order its alerts arrive."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import combinations, permutations

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playbooks.domain.correlation import Cluster, clusters
from playbooks.domain.ids import EpisodeId, ServiceName
from playbooks.domain.signal import Episode
from tests.domain.outages import ALERTS, HANDBOOK, alert, at, drawn

GRAPH = HANDBOOK.graph


def found(*episodes: Episode, now: int = 3000) -> list[set[str]]:
    return [{e.id for e in c.episodes} for c in clusters(episodes, GRAPH, alerts=ALERTS, at=at(now))]


def only(*episodes: Episode, now: int = 3000) -> Cluster:
    [cluster] = clusters(episodes, GRAPH, alerts=ALERTS, at=at(now))
    return cluster


CASCADE = [alert("orders-db", 0), alert("checkout", 60), alert("web", 90), alert("payments", 120)]


def test_a_cascade_is_one_outage_whose_root_is_suspected() -> None:
    cluster = only(*CASCADE)
    assert cluster.services == ("orders-db", "checkout", "web", "payments")
    assert cluster.suspected_roots == ("orders-db",)


def test_every_order_of_arrival_gives_the_same_cluster() -> None:
    assert all(only(*order) == only(*CASCADE) for order in permutations(CASCADE))


@pytest.mark.parametrize(
    ("episodes", "count"),
    [
        pytest.param(
            [alert("orders-db", 0), alert("reporting", 2400)], 1,
            id="a slow cascade overlaps, although forty minutes apart",
        ),
        pytest.param(
            [alert("orders-db", 2000, 2150), alert("reporting", 2900)], 1,
            id="ended before the next began, and exactly a window between the starts",
        ),
        pytest.param(
            [alert("orders-db", 2000, 2150), alert("reporting", 2901)], 2, id="a second more than a window"
        ),
        pytest.param(
            [alert("checkout", 2000, 2150), alert("checkout", 2990)], 2,
            id="one service, two outages",
        ),
        pytest.param([alert("checkout", 0), alert("checkout", 2990)], 1, id="one service, one outage"),
        pytest.param([alert("web", 0), alert("payments", 10)], 2, id="two hard edges apart: no neighbours"),
        pytest.param([alert("web", 0), alert("ads", 10)], 2, id="a soft edge carries no outage"),
        pytest.param([alert("orders-db", 0), alert("legacy-crm", 10)], 2, id="one machine is no hard edge"),
        pytest.param(
            [alert("checkout", 0), alert("login", 100), alert("web", 200)], 1,
            id="auth is silent: three of its four dependants",
        ),
        pytest.param(
            [alert("reporting", 0), alert("batch", 100), alert("payments", 200)], 1,
            id="orders-db is silent: three of its six dependants",
        ),
        pytest.param(
            [alert("reporting", 0), alert("batch", 100)], 2,
            id="two dependants of a silent service are chance",
        ),
        pytest.param(
            [alert("reporting", 0), alert("batch", 100), alert("payments", 901)], 3,
            id="three dependants, but not within one window",
        ),
        pytest.param(
            [alert("reporting", 0), alert("batch", 100), alert("payments", 900)], 1,
            id="three dependants, exactly within one window",
        ),
        pytest.param(
            [alert("reporting", 0), alert("reporting", 10), alert("batch", 100), alert("batch", 110)], 2,
            id="four alerts, but only two services",
        ),
        pytest.param(
            [alert("reporting", 0), alert("batch", 100), alert("payments", 200), alert("hr-portal", 50)], 2,
            id="a service that has nothing to do with it",
        ),
    ],
)  # fmt: skip
def test_what_hangs_together(episodes: list[Episode], count: int) -> None:
    assert len(found(*episodes)) == count


def test_the_dependants_of_a_silent_service_are_the_suspects_and_it_is_not_named() -> None:
    cluster = only(alert("checkout", 0), alert("login", 100), alert("web", 200))
    assert cluster.suspected_roots == ("checkout", "login")
    assert "auth" not in cluster.services


def test_the_common_cause_joins_once_it_speaks_itself() -> None:
    """Login and mobile are two hard edges from dns; only together they make it a suspect."""
    burst = [alert("auth", 0), alert("login", 100), alert("checkout", 200)]
    late = alert("dns", 1000)
    assert found(*burst, late) == [{e.id for e in (*burst, late)}]
    assert only(*burst, late).suspected_roots == ("dns",)


def test_bursts_of_one_cause_hours_apart_are_two_outages() -> None:
    first = [alert("reporting", 0, 2900), alert("batch", 100, 2900), alert("payments", 200, 2900)]
    second = [alert("reporting", 2950), alert("batch", 2960), alert("payments", 2970)]
    third = [alert("reporting", 5000), alert("batch", 5010), alert("payments", 5020)]
    assert found(*first, *third, now=5100) == [{e.id for e in third}]
    assert len(found(*first, *second)) == 2


def test_environments_are_looked_at_apart() -> None:
    assert len(found(alert("orders-db", 0), alert("checkout", 10, env="staging"))) == 2


def test_alerts_that_nobody_can_place_are_in_no_outage() -> None:
    assert found(alert(None, 0), alert(None, 1)) == []


def test_a_service_the_catalogue_has_forgotten_stands_alone() -> None:
    assert len(found(alert("gone", 0), alert("checkout", 0))) == 2


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        pytest.param(999, 1, id="ended a moment less than a window ago"),
        pytest.param(1000, 0, id="ended a window ago"),
        pytest.param(9, 0, id="not yet begun"),
    ],
)
def test_what_is_long_over_is_not_looked_at(now: int, expected: int) -> None:
    assert len(found(alert("checkout", 10, 100), now=now)) == expected


def test_a_circle_of_services_suspects_all_of_it() -> None:
    graph = drawn({"a": ["b"], "b": ["a"], "c": ["a"]})
    [cluster] = clusters([alert("a", 0), alert("b", 1), alert("c", 2)], graph, alerts=ALERTS, at=at(10))
    assert cluster.suspected_roots == ("a", "b")


def test_an_outage_is_told_once_however_often_an_alert_is_given() -> None:
    assert only(*CASCADE, *CASCADE) == only(*CASCADE)


def test_a_thousand_alerts_are_one_outage_quickly() -> None:
    storm = [
        alert(service, n) for n in range(250) for service in ("web", "checkout", "payments", "orders-db")
    ]
    assert len(only(*storm).episodes) == 1000


def test_the_share_counts_as_it_is_written() -> None:
    """A tenth of thirty is three, although floating point says a little more."""
    graph = drawn({"r": [], **{f"s{n}": ["r"] for n in range(30)}})
    tenth = ALERTS.model_copy(update={"common_cause_share": 0.1})
    burst = [alert("s1", 0), alert("s2", 1), alert("s3", 2)]
    assert len(clusters(burst, graph, alerts=tenth, at=at(10))) == 1


def test_a_common_cause_is_looked_for_two_hops_below_and_no_further() -> None:
    """Three hops down everything hangs together."""
    branches = {f"{step}{n}": [f"{needed}{n}"] for n in range(3) for step, needed in ("cb", "ba")}
    graph = drawn({"r": [], **{f"a{n}": ["r"] for n in range(3)}, **branches})
    loose = ALERTS.model_copy(update={"common_cause_share": 0.3})

    def outages(step: str) -> int:
        burst = [alert(f"{step}{n}", n) for n in range(3)]
        return len(clusters(burst, graph, alerts=loose, at=at(10)))

    assert (outages("b"), outages("c")) == (1, 3)


# ------------------------------------------------------------------ properties
SERVICES = ["web", "checkout", "payments", "orders-db", "auth", "login", "search", "reporting", "batch"]


@st.composite
def some_alerts(draw: st.DrawFn) -> list[Episode]:
    told = draw(
        st.lists(
            st.tuples(
                st.sampled_from(SERVICES),
                st.integers(0, 30).map(lambda n: n * 100),
                st.one_of(st.none(), st.integers(0, 15).map(lambda n: n * 100)),
            ),
            max_size=9,
            unique_by=lambda t: t[:2],
        )
    )
    return [alert(service, start, None if d is None else start + d) for service, start, d in told]


def partition(episodes: Sequence[Episode]) -> set[frozenset[str]]:
    return {frozenset(members) for members in found(*episodes)}


def by_the_letter(episodes: Sequence[Episode]) -> set[frozenset[str]]:
    """The definition, pair by pair and window by window, without a thought for speed."""
    now = at(3000)
    recent = [
        (e, e.intervals[0].start, e.intervals[0].end)
        for e in episodes
        if (e.intervals[0].end is None or now - e.intervals[0].end < ALERTS.window) and e.starts_at <= now
    ]
    links: nx.Graph[str] = nx.Graph()
    links.add_nodes_from(e.id for e, *_ in recent)

    def near(
        a: tuple[Episode, datetime, datetime | None], b: tuple[Episode, datetime, datetime | None]
    ) -> bool:
        first, second = sorted((a, b), key=lambda x: x[1])
        return second[1] - first[1] <= ALERTS.window or first[2] is None or first[2] > second[1]

    for a, b in combinations(recent, 2):
        one, other = a[0].service, b[0].service
        assert one
        assert other
        if (one == other or GRAPH.adjacent(one, other)) and near(a, b):
            links.add_edge(a[0].id, b[0].id)
    for cause in HANDBOOK.catalogue.services:
        around = GRAPH.dependants_within(ServiceName(cause), 2)
        for _, start, _ in recent:
            burst = [
                x for x in recent if x[0].service in around and timedelta(0) <= x[1] - start <= ALERTS.window
            ]
            distinct = {x[0].service for x in burst}
            if len(distinct) >= 3 and len(distinct) * 2 >= len(around):
                selves = [x for x in recent if x[0].service == cause and any(near(x, y) for y in burst)]
                links.add_edges_from((burst[0][0].id, x[0].id) for x in (*burst, *selves))
    return {frozenset(members) for members in nx.connected_components(links)}


@given(some_alerts())
@settings(max_examples=150, deadline=None)
def test_the_sweep_finds_what_the_definition_says(episodes: list[Episode]) -> None:
    assert partition(episodes) == by_the_letter(episodes)


@given(some_alerts(), st.randoms(use_true_random=False))
@settings(max_examples=50, deadline=None)
def test_the_order_of_arrival_does_not_matter(episodes: list[Episode], dice: random.Random) -> None:
    shuffled = list(episodes)
    dice.shuffle(shuffled)
    assert clusters(shuffled, GRAPH, alerts=ALERTS, at=at(3000)) == clusters(
        episodes, GRAPH, alerts=ALERTS, at=at(3000)
    )


@given(some_alerts(), st.sampled_from(SERVICES), st.integers(0, 3000))
@settings(max_examples=50, deadline=None)
def test_one_more_alert_never_parts_an_outage(episodes: list[Episode], service: str, start: int) -> None:
    after = partition([*episodes, alert(service, start)])
    assert all(any(cluster <= bigger for bigger in after) for cluster in partition(episodes))


@given(some_alerts(), some_alerts())
@settings(max_examples=50, deadline=None)
def test_environments_know_nothing_of_each_other(here: list[Episode], there: list[Episode]) -> None:
    """Whatever burns in staging, production's outages are the same."""
    elsewhere = [replace(e, id=EpisodeId(f"{e.id}/staging"), env="staging") for e in there]
    together = clusters([*here, *elsewhere], GRAPH, alerts=ALERTS, at=at(3000))
    assert all(len({e.env for e in cluster.episodes}) == 1 for cluster in together)
    assert tuple(c for c in together if c.env == "production") == clusters(
        here, GRAPH, alerts=ALERTS, at=at(3000)
    )


@given(some_alerts(), st.integers(0, 8))
@settings(max_examples=150, deadline=None)
def test_to_ask_from_neighbour_to_neighbour_is_to_ask_everybody(episodes: list[Episode], pick: int) -> None:
    """An outage is whole if services near alerting ones were asked until no further one alerts."""
    if not episodes:
        return
    told = episodes[pick % len(episodes)]
    asked: set[ServiceName] = set()
    wave = {told.service}
    while wave:
        wanted = {near for service in wave if service for near in GRAPH.near(service)} - asked
        asked |= wanted
        wave = {e.service for e in episodes if e.service in wanted}
    whole = [c for c in clusters(episodes, GRAPH, alerts=ALERTS, at=at(3000)) if told in c.episodes]
    near = [e for e in episodes if e.service in asked]
    assert [c for c in clusters(near, GRAPH, alerts=ALERTS, at=at(3000)) if told in c.episodes] == whole
