"""The web page of the sandbox: one HTML file, style sheets and ES modules, served as they stand.

The page draws text that strangers wrote, so every answer carries a content
security policy that allows nothing but our own files: no inline script, no
remote picture, no frame.
"""

from __future__ import annotations

from pathlib import Path

from aiohttp import web

HERE = Path(__file__).parent

ALLOWED = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "connect-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'none'",
    "frame-ancestors": "'none'",
}
POLICY = "; ".join(f"{what} {source}" for what, source in ALLOWED.items())

HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}

# The types are written down because the machine's own table may call a module "text/plain",
# and a browser then refuses to run it.
CONTENT_TYPES = {
    ".css": "text/css",
    ".html": "text/html",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
}


def routes() -> list[web.RouteDef]:
    """The page at ``/`` and its files below ``/static/``."""
    return [web.get("/", index), web.get("/static/{path:.+}", static)]


async def index(_request: web.Request) -> web.Response:
    """The one HTML document; what it shows comes from the page API."""
    return _answer(HERE / "index.html")


async def static(request: web.Request) -> web.Response:
    """A style sheet, module or picture; 404 for anything outside the folder."""
    root = HERE / "static"
    wanted = (root / request.match_info["path"]).resolve()
    if not wanted.is_relative_to(root) or wanted.suffix not in CONTENT_TYPES or not wanted.is_file():
        raise web.HTTPNotFound(headers=HEADERS)
    return _answer(wanted)


def _answer(path: Path) -> web.Response:
    return web.Response(
        body=path.read_bytes(),
        content_type=CONTENT_TYPES[path.suffix],
        charset="utf-8",
        headers=HEADERS,
    )
