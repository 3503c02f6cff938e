"""The one table of every address that this process answers."""

from __future__ import annotations

from aiohttp import web

from handlers.deps import Desk
from handlers.http import openapi
from handlers.http.gate import gate
from handlers.http.hooks import hooks
from handlers.http.incidents import incidents
from handlers.http.maintenance import announcing, cancelling
from handlers.http.past import past_incidents
from handlers.http.probes import healthz, metrics, readyz
from handlers.http.rooms import war_room
from handlers.http.slack import deliveries


def routes(desk: Desk) -> list[web.RouteDef]:
    """Method, address, handler."""
    return [
        web.post("/slack/events", deliveries(desk)),
        *hooks(desk),
        web.post("/v1/gate", gate(desk)),
        web.post("/v1/incidents", incidents(desk)),
        web.post("/v1/incidents/past", past_incidents(desk)),
        web.post("/v1/maintenance", announcing(desk)),
        web.delete("/v1/maintenance/{window:[0-9a-zA-Z-]{1,64}}", cancelling(desk)),
        web.get(openapi.PATH, openapi.described()),
        web.get("/incidents/{number:[0-9]{1,9}}", war_room(desk)),
        web.get("/healthz", healthz),
        web.get("/readyz", readyz(desk)),
        web.get("/metrics", metrics(desk)),
    ]
