"""What was learned: the post-mortem and the known errors."""

from __future__ import annotations

from dataclasses import dataclass

from playbooks.domain.events.fact import Event
from playbooks.domain.ids import KnownErrorId, ReviewId
from playbooks.domain.review import Kinship


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewDrafted(Event):
    """The post-mortem drafted itself from the log."""

    review: ReviewId


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewEdited(Event):
    """A human edited the post-mortem."""

    review: ReviewId
    text_digest: str = ""
    """SHA-256 of what it says now: words that have to go can go, and still it shows who wrote them."""
    finding_digest: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewPublished(Event):
    """The post-mortem is published, and its finding has a home."""

    review: ReviewId
    known_error: KnownErrorId
    kinship: Kinship


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownErrorCreated(Event):
    """A new known error with its workaround."""

    known_error: KnownErrorId
    title: str
    workaround: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingAttached(Event):
    """The finding belonged to a known error that existed already."""

    known_error: KnownErrorId
    title: str
    kinship: Kinship
