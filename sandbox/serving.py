"""A sandbox on a port, from start to clean end."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from sandbox.control.guard import is_loopback
from sandbox.listening import listening
from sandbox.seed import Seed
from sandbox.server import build_app
from sandbox.state import Workspace

SHUTDOWN_SECONDS = 1.0  # open streams and sockets are cut after this


class HostRefused(Exception):
    """The control surface has no password, so it is not offered to a network unasked."""


@asynccontextmanager
async def serving(
    seed: Seed | None = None,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    public: bool = False,
    workspace: Workspace | None = None,
    **options: Any,
) -> AsyncIterator[str]:
    """Run a workspace; yields its base URL. Port 0 takes a free one.

    Raises HostRefused for an address that others can reach, unless ``public`` is set.
    """
    check_host(host, public=public)
    served = workspace or Workspace(seed, **options)
    served.knobs.public = public
    app = build_app(served)
    async with listening(app, host=host, port=port, shutdown_seconds=SHUTDOWN_SECONDS) as taken:
        served.base_url = f"http://{_shown(host)}:{taken}"
        yield served.base_url


def check_host(host: str, *, public: bool) -> None:
    if not public and not is_loopback(host):
        raise HostRefused(f"{host} is reachable for others and the sandbox has no password: add --public.")


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host else host
