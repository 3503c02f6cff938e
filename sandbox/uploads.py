"""``/files…``: where bytes are sent and fetched, and the pictures that JSON points to."""

from __future__ import annotations

import struct
import zlib

from aiohttp import BodyPartReader, hdrs, web

from sandbox import file_store
from sandbox.errors import Refusal
from sandbox.ids import credentials_of
from sandbox.state import WORKSPACE


async def upload(request: web.Request) -> web.Response:
    """Take the bytes of an announced file, raw or as the first file of a form."""
    content = (
        await _form_file(request) if request.content_type == "multipart/form-data" else await request.read()
    )
    try:
        file = file_store.receive(request.app[WORKSPACE], request.match_info["file"], content)
    except Refusal as refusal:
        return web.Response(status=404, text=refusal.code)
    return web.Response(text=f"OK - {file.length}")


async def _form_file(request: web.Request) -> bytes:
    """The first part as it was sent: reading a form as words would change bytes that are none."""
    part = await (await request.multipart()).next()
    return bytes(await part.read(decode=True)) if isinstance(part, BodyPartReader) else b""


async def download(request: web.Request) -> web.Response:
    """Give the bytes of a file to a bot that may see it."""
    workspace = request.app[WORKSPACE]
    file = workspace.files.get(request.match_info["file"])
    token = request.headers.get(hdrs.AUTHORIZATION, "").removeprefix("Bearer ")
    held = workspace.app_of_token(token)
    if file is None or file.content is None:
        return web.Response(status=404)
    if held is None or not file_store.visible_to(workspace, file, held[0].bot_user_id):
        return web.Response(status=403)
    return web.Response(body=file.content, content_type=file.mimetype)


async def picture(request: web.Request) -> web.Response:
    """A square in a colour of its own for every avatar, bot and team."""
    colour = bytes.fromhex(credentials_of(request.match_info["name"].split("-")[0]).verification_token[:6])
    return web.Response(body=_png(colour), content_type="image/png")


def _png(colour: bytes) -> bytes:
    """A picture of one pixel."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\0" + colour)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def add_routes(app: web.Application) -> None:
    app.router.add_route("*", "/files/upload/v1/{file}", upload)
    app.router.add_get("/files-pri/{team:[^-/]+}-{file:[^-/]+}/{name}", download)
    app.router.add_get("/files-pri/{team:[^-/]+}-{file:[^-/]+}/download/{name}", download)
    app.router.add_get("/files/{kind:avatars|bots}/{name}", picture)
    app.router.add_get("/files/{name:team-[0-9]+.png}", picture)
