"""Reading a request's body: whole, or not at all."""

from __future__ import annotations

from aiohttp import web
from pydantic import ValidationError

from handlers.http.problems import Refused


async def body(request: web.Request, *, limit: int) -> bytes:
    """The raw body. Raises Refused (413) above ``limit`` bytes."""
    announced = request.content_length
    if announced is not None and announced > limit:
        raise _too_large(limit)
    try:
        raw = await request.read()
    except web.HTTPRequestEntityTooLarge:
        raise _too_large(limit) from None
    if len(raw) > limit:
        raise _too_large(limit)
    return raw


def _too_large(limit: int) -> Refused:
    return Refused(413, "Too large", f"At most {limit:,} bytes are taken at once. Send it in parts.")


def mistakes(wrong: ValidationError) -> str:
    """Every mistake, with the place where it stands; never the value, which could be a secret."""
    return "; ".join(
        f"{'.'.join(map(str, error['loc'])) or 'body'}: {error['msg']}"
        for error in wrong.errors(include_url=False, include_input=False, include_context=False)
    )
