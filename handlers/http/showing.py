"""What our answers consist of: the models write them, and the description of the interface shows them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field

Written = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
"""An instant in ISO 8601 with its zone, which is UTC."""


class Shown(BaseModel):
    """An answer: no key more, none less."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class Problem(Shown):
    """What is wrong and what to do about it (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str


def shown(answer: Shown, *, status: int = 200, location: str = "") -> web.Response:
    """The answer as JSON; ``location`` is where it can be found."""
    headers = {"Location": location} if location else {}
    text = answer.model_dump_json()
    return web.Response(text=text, status=status, headers=headers, content_type="application/json")


def written(at: datetime) -> str:
    """The instant as answers say it."""
    return at.isoformat()
