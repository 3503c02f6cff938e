"""Who may reach the page and the control surface, which have no password.

A sandbox listens on a loopback address. That alone does not stop a web page of somebody
else's in a browser on this machine: it can send requests here, and by a name that it
makes point here even read the answers. So a request must name a loopback host, and come
from no other site. What bots talk to is left alone: there, tokens and signatures count.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from ipaddress import ip_address

from aiohttp import hdrs, web
from yarl import URL

from sandbox.state import WORKSPACE

BOTS = ("/api/", "/hooks/", "/link/", "/files")
ABOUT = (
    "The control surface has no password. It answers requests to a loopback address only, unless the "
    "sandbox was started with --public, and none that a web page of another site sends."
)


@web.middleware
async def middleware(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Refuse strangers with 403 and a sentence that says why."""
    if not request.path.startswith(BOTS) and not _welcome(request):
        refusal = {"ok": False, "error": "not_loopback", "message": ABOUT}
        return web.json_response(refusal, status=403)
    return await handler(request)


def _welcome(request: web.Request) -> bool:
    if not (request.app[WORKSPACE].knobs.public or is_loopback(request.url.host or "")):
        return False
    origin = request.headers.get(hdrs.ORIGIN)
    return origin is None or (origin != "null" and URL(origin).authority == request.url.authority)


def is_loopback(host: str) -> bool:
    """Whether a host name or address can only mean this machine."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
