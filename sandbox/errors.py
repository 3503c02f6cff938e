"""The one way in which the workspace says no."""

from __future__ import annotations

from typing import Any


class Refusal(Exception):
    """An answer with ``ok: false``.

    ``code`` is the documented error of the method; ``detail`` are further keys of the
    answer, such as ``needed`` and ``provided`` or ``response_metadata``.
    """

    def __init__(self, code: str, **detail: Any) -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail


class Limited(Refusal):
    """Too many calls: HTTP 429 with ``Retry-After`` in whole seconds."""

    def __init__(self, after: int) -> None:
        super().__init__("ratelimited")
        self.after = after
