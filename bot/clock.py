"""What time it is: the only place in the house that asks the machine.

A rehearsal plays hours in minutes by writing, into one file, how many seconds the
protocol's time runs ahead. Signatures and leases of the machine stay on real time.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path


class SystemClock:
    """The machine's clock, aware UTC."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class RehearsalClock:
    """Real time plus the seconds written in a file, read again whenever the file changes."""

    def __init__(self, offset_file: Path) -> None:
        self._file = offset_file
        self._read_at: int | None = None
        self._offset = timedelta()

    def now(self) -> datetime:
        self._look()
        return datetime.now(UTC) + self._offset

    def _look(self) -> None:
        """A file that is missing or half written leaves the offset as it was."""
        try:
            changed_at = self._file.stat().st_mtime_ns
            if changed_at != self._read_at:
                self._offset = timedelta(seconds=float(self._file.read_text(encoding="ascii")))
                self._read_at = changed_at
        except (OSError, ValueError, OverflowError):
            return
