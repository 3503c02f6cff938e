"""The HTTP server: one port for Slack, webhooks, the gate, health and metrics."""

from __future__ import annotations

from aiohttp import web

from handlers.deps import Desk
from handlers.http.problems import Handler, answering_problems
from handlers.http.routes import routes

_SHUTDOWN_SECONDS = 5.0


def make_site(desk: Desk, *, max_body: int) -> web.Application:
    """The application with every route."""
    answering = answering_problems(desk.complain)

    @web.middleware
    async def safely(request: web.Request, handler: Handler) -> web.StreamResponse:
        return await answering(request, handler)

    site = web.Application(client_max_size=max_body, middlewares=[safely])
    site.add_routes(routes(desk))
    return site


class Server:
    """Listens until it is closed."""

    def __init__(self, site: web.Application) -> None:
        # Access logs would repeat every probe, and addresses may carry what is nobody's business.
        self._runner = web.AppRunner(site, access_log=None, shutdown_timeout=_SHUTDOWN_SECONDS)

    async def listen(self, host: str, port: int) -> int:
        """Start listening; the port, which was chosen by the system if it was 0. Raises OSError."""
        await self._runner.setup()
        await web.TCPSite(self._runner, host, port).start()
        return int(self._runner.addresses[0][1])

    async def close(self) -> None:
        """Answer what has begun, then stop listening."""
        await self._runner.cleanup()
