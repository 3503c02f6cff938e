"""Announced work: alerts that were expected are no news while it lasts.

The log keeps them all; only the rules look away. When the window is over the count begins
anew, so that what merely comes back up late is not told as an outage at once.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from playbooks.domain.signal import Episode
from playbooks.monitored import Maintenance


def heard_from(episode: Episode, since: datetime, at: datetime, windows: Iterable[Maintenance]) -> datetime:
    """From when an alert that stands since an instant counts for the rules, as seen at ``at``.

    ``since`` itself without announced work. During a window it is the window's end, which
    lies in the future; after one through which the alert stood it is that end too.
    """
    ends = [
        window.end
        for window in windows
        if window.env == episode.env
        and episode.service in window.services
        and window.start <= at
        and window.end > since
    ]
    return max((since, *ends))
