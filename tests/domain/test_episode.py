"""Deliveries repeat, overtake and get lost; the story of an alert stays the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playbooks.domain.episode import absorb
from playbooks.domain.ids import EpisodeId, IncidentId, ServiceName
from playbooks.domain.signal import Episode, Interval, Signal, SignalKind, SignalStatus
from playbooks.domain.standing import (
    active,
    flapping,
    next_change,
    qualified,
    qualified_since,
    quiet_since,
    stitched,
)
from playbooks.loader import DEFAULT_PLAYBOOK, EXAMPLE_CATALOGUE, load

ALERTS = load(DEFAULT_PLAYBOOK, EXAMPLE_CATALOGUE).playbook.alerts
ZERO = datetime(2026, 6, 2, 10, 0, tzinfo=UTC)
YEAR_ONE = datetime(1, 1, 1, tzinfo=UTC)
FIVE_MINUTES = timedelta(minutes=5)
CHECKOUT = ServiceName("checkout")


def at(seconds: float) -> datetime:
    return ZERO + timedelta(seconds=seconds)


def spans(*pairs: tuple[int, int | None]) -> tuple[Interval, ...]:
    return tuple(Interval(start=at(a), end=None if b is None else at(b)) for a, b in pairs)


def firing(start: float | None = 0, occurred: float | None = None, **changes: object) -> Signal:
    """An alert as Alertmanager tells it: a firing speaks of the instant at which it began."""
    signal = Signal(
        source="prom",
        dedup_key="k1",
        origin="prometheus",
        status=SignalStatus.FIRING,
        kind=SignalKind.ALERT,
        severity=2,
        service_hint="checkout",
        env="production",
        title="HighErrorRate",
        link="https://prom.example/1",
        occurred_at=at(occurred if occurred is not None else start or 0),
        starts_at=None if start is None else at(start),
        ends_at=None,
    )
    return replace(signal, **changes)  # type: ignore[arg-type]  # a builder takes any field


def resolved(end: float, start: float | None = 0, **changes: object) -> Signal:
    said = firing(start, occurred=end, status=SignalStatus.RESOLVED, ends_at=at(end))
    return replace(said, **changes)  # type: ignore[arg-type]  # a builder takes any field


def nodata(start: float) -> Signal:
    return firing(start, status=SignalStatus.NODATA)


def told(*signals: Signal, received: float | None = None) -> Episode | None:
    """What is known after the signals, in this order; new episodes are called e0, e1, …"""
    episode = None
    for number, signal in enumerate(signals):
        heard = signal.occurred_at if received is None else at(received)
        after = absorb(
            episode,
            signal,
            received_at=heard,
            id=EpisodeId(f"e{number}"),
            service=CHECKOUT,
            alerts=ALERTS,
        )
        episode = after or episode
    return episode


def story(*signals: Signal, received: float | None = None) -> tuple[str, tuple[Interval, ...]]:
    episode = told(*signals, received=received)
    assert episode is not None
    return episode.id, episode.intervals


def alert(*pairs: tuple[int, int | None], **changes: object) -> Episode:
    episode = told(firing())
    assert episode is not None
    return replace(episode, intervals=spans(*pairs), **changes)  # type: ignore[arg-type]  # a builder


@pytest.mark.parametrize(
    ("signals", "number", "expected"),
    [
        pytest.param([firing(0)], "e0", [(0, None)], id="a firing opens"),
        pytest.param([firing(0), firing(0)], "e0", [(0, None)], id="told twice is told once"),
        pytest.param([firing(0), firing(None, 60)], "e0", [(0, None)], id="a reminder changes no instant"),
        pytest.param([firing(0), resolved(90)], "e0", [(0, 90)], id="resolved closes"),
        pytest.param([firing(0), resolved(90), resolved(90)], "e0", [(0, 90)], id="closing twice"),
        pytest.param([firing(0), resolved(90), firing(0)], "e0", [(0, 90)], id="a late copy reopens nothing"),
        pytest.param(
            [firing(0), resolved(90), firing(None, 90)], "e0", [(0, 90)], id="at equal times resolved wins"
        ),
        pytest.param(
            [firing(0), resolved(0)], "e0", [(0, 0)], id="resolved at the very start leaves an empty interval"
        ),
        pytest.param(
            [firing(0), resolved(90), firing(200)], "e0", [(0, 90), (200, None)],
            id="back within the flap window: the same episode goes on",
        ),
        pytest.param(
            [firing(0), resolved(90), firing(90 + 1799)], "e0", [(0, 90), (1889, None)],
            id="one second before the flap window is over",
        ),
        pytest.param(
            [firing(0), resolved(90), firing(90 + 1800)], "e2", [(1890, None)],
            id="back after the flap window: an episode of its own",
        ),
        pytest.param(
            [firing(360), resolved(300, 0)], "e0", [(360, None)],
            id="an old resolved does not end a firing that began after it",
        ),
        pytest.param(
            [firing(0), firing(360), resolved(300, 0)], "e0", [(0, 300), (360, None)],
            id="a resolved that was overtaken still ends the interval it names",
        ),
        pytest.param(
            [firing(0), firing(360), resolved(300, None)], "e0", [(0, 0), (360, None)],
            id="without a start it names no interval",
        ),
        pytest.param(
            [firing(0), firing(None, 120), firing(400)], "e0", [(0, 120), (400, None)],
            id="a lost resolved: it lasted until it was last heard of",
        ),
        pytest.param(
            [firing(100), resolved(300, 40)], "e0", [(100, 300)],
            id="two measuring systems disagree about the start, the end is the end",
        ),
        pytest.param(
            [firing(0), firing(None, 100), resolved(60)], "e0", [(0, None)],
            id="a resolved older than the last news changes nothing",
        ),
        pytest.param(
            [firing(0, 5), resolved(9), firing(0, 7)], "e0", [(0, 9)],
            id="a reminder that was overtaken by its resolved",
        ),
        pytest.param(
            [firing(0), firing(None, 120), resolved(500, 400)], "e0", [(0, 120), (400, 500)],
            id="both a resolved and a firing were lost",
        ),
        pytest.param(
            [firing(0), firing(None, 120), firing(299)], "e0", [(0, None)],
            id="a later start within keep is a difference of clocks",
        ),
        pytest.param(
            [firing(0), firing(None, 120), firing(300)], "e0", [(0, 120), (300, None)],
            id="a later start after exactly keep is another firing",
        ),
        pytest.param(
            [firing(360), resolved(300, 0, occurred_at=at(400))], "e0", [(360, None)],
            id="told late, but about an end before this firing began",
        ),
    ],
)  # fmt: skip
def test_the_story_of_an_alert(
    signals: list[Signal], number: str, expected: list[tuple[int, int | None]]
) -> None:
    assert story(*signals) == (number, spans(*expected))


def test_resolved_without_an_episode_is_dropped() -> None:
    assert told(resolved(10)) is None


def test_a_signal_that_changes_nothing_says_so() -> None:
    once = told(firing(0))
    again = absorb(once, firing(0), received_at=at(0), id=EpisodeId("x"), service=CHECKOUT, alerts=ALERTS)
    assert again is None


def test_the_newest_words_about_a_standing_alert_count() -> None:
    worse = firing(None, 30, severity=1, title="Everything fails")
    episode = told(firing(0), worse)
    assert episode is not None
    assert (episode.severity, episode.title, episode.received_at) == (1, "Everything fails", at(30))


def test_news_of_the_same_instant_count_while_it_stands() -> None:
    """A repeated firing speaks of the same start, with newer words."""
    episode = told(firing(0), firing(0, title="Everything fails"))
    assert episode is not None
    assert episode.title == "Everything fails"


def test_a_start_in_the_future_is_the_sender_s_clock_and_counts_from_now() -> None:
    assert story(firing(900), received=10)[1] == spans((10, None))


def test_an_end_in_the_future_is_now() -> None:
    assert story(firing(0), resolved(900), received=20)[1] == spans((0, 20))


@pytest.mark.parametrize(
    ("signal", "expected"),
    [
        pytest.param(firing(0, starts_at=YEAR_ONE), [(0, None)], id="start: when it was said"),
        pytest.param(
            firing(None, occurred_at=YEAR_ONE, starts_at=None), [(50, None)], id="no instant at all: received"
        ),
        pytest.param(firing(0, ends_at=YEAR_ONE), [(0, None)], id="end of an alert that still fires"),
    ],
)
def test_the_zero_time_means_absent(signal: Signal, expected: list[tuple[int, int | None]]) -> None:
    assert story(signal, received=50)[1] == spans(*expected)


def test_a_resolved_without_an_end_ends_when_it_was_said() -> None:
    assert story(firing(0), resolved(70, ends_at=YEAR_ONE))[1] == spans((0, 70))


def test_missing_data_opens_an_episode_that_says_what_it_is() -> None:
    episode = told(nodata(0))
    assert episode is not None
    assert (episode.kind, episode.is_open) == (SignalKind.NODATA, True)


def test_missing_data_is_no_recovery() -> None:
    episode = told(firing(0), nodata(60))
    assert episode is not None
    assert (episode.kind, episode.intervals) == (SignalKind.ALERT, spans((0, None)))


def test_an_alert_after_missing_data_counts_from_the_alert() -> None:
    episode = told(nodata(0), firing(600))
    assert episode is not None
    assert (episode.id, episode.kind, episode.intervals) == ("e0", SignalKind.ALERT, spans((600, None)))


@pytest.mark.parametrize(
    ("first", "then"),
    [
        pytest.param(firing(0), nodata(60), id="data goes missing after an alert"),
        pytest.param(nodata(0), firing(60), id="an alert after missing data came back"),
    ],
)
def test_missing_data_and_an_alert_are_two_stories(first: Signal, then: Signal) -> None:
    episode = told(first, resolved(30), then)
    assert episode is not None
    assert (episode.id, episode.intervals) == ("e2", spans((60, None)))


def test_an_incident_link_survives_what_is_said_later() -> None:
    linked = alert((0, None), incident=IncidentId(7))
    after = absorb(
        linked, resolved(60), received_at=at(61), id=EpisodeId("x"), service=CHECKOUT, alerts=ALERTS
    )
    assert after is not None
    assert after.incident == 7


def test_a_record_that_flaps_for_days_does_not_grow_for_ever() -> None:
    signals = [s for n in range(0, 3 * 86_400, 600) for s in (firing(n), resolved(n + 500, n))]
    episode = told(*signals)
    assert episode is not None
    assert len(episode.intervals) <= 14
    assert qualified_since(episode, at(3 * 86_400 - 100), ALERTS) == at(0)


def test_the_far_past_is_dropped_where_the_gap_was_real() -> None:
    signals = [s for n in range(0, 86_400, 1_000) for s in (firing(n), resolved(n + 500, n))]
    episode = told(*signals)
    assert episode is not None
    assert len(episode.intervals) <= 9
    assert qualified_since(episode, at(86_000 + 499), ALERTS) == at(86_000)


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_however_deliveries_are_shuffled_and_repeated_the_end_is_the_same(data: st.DataObject) -> None:
    """As long as each firing is heard of before its own end is: senders keep that order."""
    edges = sorted(data.draw(st.lists(st.integers(1, 1700), min_size=2, max_size=8, unique=True)))
    pairs = list(zip(edges[::2], edges[1::2], strict=False))
    calm = told(*(s for a, b in pairs for s in (firing(a), resolved(b, a))))
    pending = [(firing(a), resolved(b, a)) for a, b in pairs]
    first, *rest = pending
    deliveries = [first[0], *data.draw(st.permutations([s for pair in rest for s in pair] + [first[1]]))]
    last_end = pending[-1][1]
    shuffled = told(*deliveries, last_end, *deliveries, last_end, received=2000)
    assert calm is not None
    assert shuffled is not None
    assert shuffled.intervals[-1].end == calm.intervals[-1].end
    assert shuffled.last_event_at == calm.last_event_at


def test_every_order_of_a_short_story_is_the_same_run() -> None:
    for order in permutations([resolved(60), firing(120), resolved(180, 120)]):
        episode = told(firing(0), *order, resolved(180, 120))
        assert episode is not None
        assert stitched(episode, ALERTS.keep) == spans((0, 180)), order


@given(st.lists(st.tuples(st.integers(0, 4000), st.booleans(), st.booleans()), max_size=30))
@settings(max_examples=80, deadline=None)
def test_whatever_is_said_intervals_are_ordered_and_only_the_last_is_open(
    words: list[tuple[int, bool, bool]],
) -> None:
    signals = [firing(n if named else None, n) if fires else resolved(n) for n, fires, named in words]
    episode = told(firing(0), *signals)
    assert episode is not None
    edges = [edge for interval in episode.intervals for edge in (interval.start, interval.end)]
    assert None not in edges[:-1]
    known = [edge for edge in edges if edge is not None]
    assert known == sorted(known)


def seen(moment: float, by: str = "ada") -> Signal:
    return firing(None, moment, status=SignalStatus.ACKNOWLEDGED, by=by)


@given(
    st.lists(st.tuples(st.integers(0, 900), st.booleans()), max_size=12),
    st.lists(st.tuples(st.integers(0, 900), st.sampled_from("ab"), st.integers(0, 12)), max_size=12),
)
@settings(max_examples=60, deadline=None)
def test_who_saw_it_opens_and_closes_nothing(
    words: list[tuple[int, bool]], nods: list[tuple[int, str, int]]
) -> None:
    said = [firing(0), *(firing(n) if fires else resolved(n) for n, fires in words)]
    mixed: list[Signal] = list(said)
    for moment, by, place in nods:
        mixed.insert(min(place, len(mixed)), seen(moment, by))
    calm, with_nods = told(*said, received=1000), told(*mixed, received=1000)
    assert calm is not None
    assert with_nods is not None
    assert replace(with_nods, acknowledged=(), id=calm.id) == calm
    moments = [nod.at for nod in with_nods.acknowledged]
    assert moments == sorted(moments)
    assert len(moments) <= 8


def test_who_saw_it_is_known_once_and_of_this_episode() -> None:
    episode = told(firing(100), seen(160), seen(160), seen(170, "bob"), seen(50, "eve"))
    assert episode is not None
    assert [(a.by, a.where, a.at) for a in episode.acknowledged] == [
        ("ada", "prom", at(160)),
        ("bob", "prom", at(170)),
    ]
    assert told(seen(100)) is None, "nothing is known that could have been seen"


# ------------------------------------------------------------------ whether it stands
@pytest.mark.parametrize(
    ("second", "stands", "counts"),
    [
        pytest.param(0, True, False, id="it stands at once"),
        pytest.param(299, True, False, id="but does not count yet"),
        pytest.param(300, True, True, id="exactly five minutes: the last short gap is still open"),
        pytest.param(379, True, True, id="quiet for less than three minutes"),
        pytest.param(380, False, False, id="quiet for three minutes"),
        pytest.param(400, True, False, id="back after a real gap: counts from here"),
        pytest.param(699, True, False, id="not yet again"),
        pytest.param(700, True, True, id="five minutes after coming back"),
    ],
)
def test_a_gap_of_two_hundred_seconds_starts_the_count_anew(
    second: int, *, stands: bool, counts: bool
) -> None:
    episode = alert((0, 200), (400, None))
    assert active(episode, at(second), ALERTS.keep) is stands
    assert qualified(episode, at(second), ALERTS, FIVE_MINUTES) is counts


@pytest.mark.parametrize(
    ("gap", "since"),
    [
        pytest.param(179, 0, id="a shorter gap is noise"),
        pytest.param(180, 280, id="a gap as long as keep is a gap"),
    ],
)
def test_a_short_gap_does_not_restart_the_count(gap: int, since: int) -> None:
    episode = alert((0, 100), (100 + gap, None))
    assert qualified_since(episode, at(600), ALERTS) == at(since)


def test_before_it_began_nothing_stands() -> None:
    assert qualified_since(alert((100, None)), at(99), ALERTS) is None


RESTLESS = alert((0, 60), (240, 300), (480, 540))  # six changes within nine minutes


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        pytest.param(480, False, id="five changes are not enough"),
        pytest.param(540, True, id="the sixth change within half an hour"),
        pytest.param(1800, True, id="the first change is forgotten, five are left"),
        pytest.param(2099, True, id="three are left"),
        pytest.param(2100, False, id="two are left: calm again"),
    ],
)
def test_an_alert_flaps_between_two_marks(second: int, *, expected: bool) -> None:
    assert flapping(RESTLESS, at(second), ALERTS) is expected


def test_calm_and_restless_again() -> None:
    episode = alert((0, 60), (240, 300), (480, 540), (5000, 5060), (5240, 5300))
    assert not flapping(episode, at(5300), ALERTS)
    again = alert((0, 60), (240, 300), (480, 540), (5000, 5060), (5240, 5300), (5500, 5560))
    assert flapping(again, at(5560), ALERTS)


def test_a_flapping_alert_counts_although_it_is_silent() -> None:
    assert not active(RESTLESS, at(1500), ALERTS.keep)
    assert qualified(RESTLESS, at(1500), ALERTS, FIVE_MINUTES)
    assert qualified_since(RESTLESS, at(1500), ALERTS) == at(480)


@given(
    st.lists(st.integers(1, 400), min_size=1, max_size=12),
    st.integers(0, 4000),
    st.integers(0, 4000),
    st.sampled_from([0, 60, 300, 900]),
)
@settings(max_examples=100, deadline=None)
def test_nothing_changes_before_the_instant_that_is_promised(
    steps: list[int], now: int, later: int, sustained: int
) -> None:
    """Otherwise a timer would come too late."""
    edges = [sum(steps[:n]) for n in range(len(steps) + 1)]
    pairs = [(a, edges[i + 1] if i + 1 < len(edges) else None) for i, a in enumerate(edges) if i % 2 == 0]
    episode = alert(*pairs)
    told_at = max(edges[-1], now)
    least = timedelta(seconds=sustained)
    promised = next_change(episode, at(told_at), ALERTS, least)
    asked = at(told_at + later)
    if promised is None or asked < promised:
        before = qualified(episode, at(told_at), ALERTS, least), flapping(episode, at(told_at), ALERTS)
        assert (qualified(episode, asked, ALERTS, least), flapping(episode, asked, ALERTS)) == before


class Watched:
    """The definition, looked at second by second, by somebody who remembers nothing but three numbers."""

    def __init__(self, edges: list[int], until: int) -> None:
        keep, window = (int(length.total_seconds()) for length in (ALERTS.keep, ALERTS.flap_window))
        self.fires, self.flaps, self.quiet, self.run = False, False, keep, 0
        for second in range(until + 1):
            self.quiet += not self.fires
            if second in edges:
                if not self.fires and self.quiet >= keep:
                    self.run = second
                self.fires, self.quiet = not self.fires, 0
            self._flap(sum(second - window < edge <= second for edge in edges))
        self.stands = bool(edges) and edges[0] <= until and (self.fires or self.quiet < keep)

    def _flap(self, changes: int) -> None:
        if changes >= ALERTS.flap_enter:
            self.flaps = True
        elif changes <= ALERTS.flap_leave:
            self.flaps = False


@given(
    st.lists(st.integers(1, 400) | st.sampled_from([179, 180, 181]), min_size=1, max_size=12),
    st.integers(-2000, 2500),
    st.sampled_from([0, 60, 300, 900]),
)
@settings(max_examples=60, deadline=None)
def test_whether_it_stands_is_what_somebody_sees_who_watches_every_second(
    steps: list[int], after: int, sustained: int
) -> None:
    edges = [sum(steps[:n]) for n in range(len(steps) + 1)]
    now = max(edges[-1] + after, 0)
    pairs = [(a, edges[i + 1] if i + 1 < len(edges) else None) for i, a in enumerate(edges) if i % 2 == 0]
    episode, watched = alert(*pairs), Watched(edges, now)
    assert flapping(episode, at(now), ALERTS) is watched.flaps
    assert active(episode, at(now), ALERTS.keep) is watched.stands
    counts = watched.flaps or (watched.stands and now - watched.run >= sustained)
    assert qualified(episode, at(now), ALERTS, timedelta(seconds=sustained)) is counts


@pytest.mark.parametrize(
    ("episodes", "expected"),
    [
        pytest.param([], None, id="no alerts, no quiet"),
        pytest.param([alert((0, None))], None, id="one still fires"),
        pytest.param([alert((0, None)), alert((0, 60))], None, id="one of two still fires"),
        pytest.param([alert((0, 60)), alert((0, 600))], 780, id="quiet three minutes after the last end"),
        pytest.param([alert((0, 900))], None, id="ended, but it may still come back within keep"),
    ],
)
def test_quiet_begins_when_the_last_alert_no_longer_stands(
    episodes: list[Episode], expected: int | None
) -> None:
    assert quiet_since(episodes, at(1000), ALERTS.keep) == (None if expected is None else at(expected))
