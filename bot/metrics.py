"""What can be counted from outside, and what an auditor asks: is any promise late.

Labels are names from our own code, never words of people, so nothing of a private
incident can leave through a dashboard.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import choose_encoder

_SLACK_SECONDS: Final = (0.05, 0.1, 0.2, 0.4, 0.8, 1.5, 3, 6, 10)
_READY_SECONDS: Final = (0.5, 1, 2, 3, 5, 10, 30, 60, 120, 300)
_OWED_SECONDS: Final = (0.1, 0.3, 1, 3, 10, 30, 60, 300, 1800)


class Metrics:
    """The counters of one process, in a registry of their own."""

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        self.registry = registry or CollectorRegistry()
        self.calls = Histogram(
            "tocsin_slack_call_seconds",
            "Calls to Slack by method and outcome.",
            ("method", "outcome"),
            buckets=_SLACK_SECONDS,
            registry=self.registry,
        )
        self.deliveries = Histogram(
            "tocsin_delivery_seconds",
            "From the commit that owed an effect to its outcome.",
            ("effect", "outcome"),
            buckets=_OWED_SECONDS,
            registry=self.registry,
        )
        self.ready = Histogram(
            "tocsin_ready_seconds",
            "From a declaration until people could work: invited, card posted, announced.",
            buckets=_READY_SECONDS,
            registry=self.registry,
        )
        self.received = Counter(
            "tocsin_inbox_rows",
            "Inbox rows by source and outcome.",
            ("source", "outcome"),
            registry=self.registry,
        )
        self.unknown_severities = Counter(
            "tocsin_unknown_severities",
            "Deliveries with a severity that nobody knows, by source.",
            ("source",),
            registry=self.registry,
        )
        self.alarms = Counter(
            "tocsin_alarms",
            "Timers that rang, by kind and outcome.",
            ("kind", "outcome"),
            registry=self.registry,
        )
        self.outbox = Gauge(
            "tocsin_outbox", "Outbox rows that are not done, by state.", ("state",), registry=self.registry
        )
        self.inbox = Gauge(
            "tocsin_inbox", "Inbox rows that are not done, by state.", ("state",), registry=self.registry
        )
        self.overdue = Gauge(
            "tocsin_alarms_overdue", "Timers that should have rung and have not.", registry=self.registry
        )

        self.neglected = Gauge(
            "tocsin_neglected",
            "Rows that are due and that nobody took for over a minute.",
            ("queue",),
            registry=self.registry,
        )

    def depths(self, *, outbox: Mapping[str, int], inbox: Mapping[str, int], overdue: int) -> None:
        """Take over the depth of the queues; states that have no rows any more fall to zero."""
        for gauge, counts in ((self.outbox, outbox), (self.inbox, inbox)):
            gauge.clear()
            for state, count in counts.items():
                gauge.labels(state).set(count)
        self.overdue.set(overdue)

    def exposition(self) -> tuple[bytes, str]:
        """The text that Prometheus reads, and its content type."""
        encode, content_type = choose_encoder("")
        return encode(self.registry), content_type
