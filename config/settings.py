"""The settings of this process, typed. Defaults stand in ``defaults.yaml`` and nowhere else.

A setting that nobody would turn is not one: what the organisation does lives in the
playbook, who exists in the catalogue.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from config.sources import (
    NESTED,
    PREFIX,
    BadSettings,
    Layer,
    Mistake,
    layers,
    merged,
    origin,
    strangers,
    variable,
)

_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)")
_URL = re.compile(r"https?://[^\s/?#]+[^\s?#]*")
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
AT_LEAST = timedelta(days=7)
"""Nothing is delivered to us again after so long, so nothing is forgotten before."""


def _duration(value: object) -> object:
    match = _DURATION.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        message = f"{value!r} is not a duration; write 500ms, 90s, 5m, 1h or 90d"
        raise ValueError(message)
    return timedelta(seconds=float(match[1]) * _UNITS[match[2]])


def _list(value: object) -> object:
    """The environment has no lists: ``a, b`` means two, and so does ``["a", "b"]``."""
    if not isinstance(value, str):
        return value
    if value.lstrip().startswith("["):
        return _json(value)
    return tuple(part.strip() for part in value.split(",") if part.strip())


def _json(value: object) -> object:
    """A whole mapping or list in one variable is JSON."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        message = "is not JSON"
        raise ValueError(message) from None


def _nothing(value: object) -> object:
    """An empty variable is how shells and compose files say null."""
    return None if value == "" else value


def _url(value: str) -> str:
    if _URL.fullmatch(value) is None:
        message = "is not an address; write http://… or https://…"
        raise ValueError(message)
    return value


def _database(value: str) -> str:
    """The address itself is not repeated: it may hold a password."""
    if not value.startswith(("sqlite+aiosqlite://", "postgresql+psycopg://")):
        message = "write sqlite+aiosqlite:///path/to/file.db or postgresql+psycopg://user:password@host/name"
        raise ValueError(message)
    return value


Duration = Annotated[timedelta, BeforeValidator(_duration)]
Secrets = Annotated[tuple[SecretStr, ...], BeforeValidator(_list)]
Secret = Annotated[SecretStr | None, BeforeValidator(_nothing)]
Text = Annotated[str | None, BeforeValidator(_nothing)]
File = Annotated[Path | None, BeforeValidator(_nothing)]
Url = Annotated[str, AfterValidator(_url)]


class Section(BaseModel):
    """A frozen section that refuses unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Database(Section):
    url: Annotated[str, AfterValidator(_database)]


class Slack(Section):
    mode: Literal["http", "socket"]
    base_url: Url
    bot_token: Secret
    app_token: Secret
    signing_secret: Secret
    team_id: Text
    patience: Duration


class Server(Section):
    host: str
    port: Annotated[int, Field(ge=0, le=65535)]
    public_url: Annotated[Url | None, BeforeValidator(_nothing)]
    max_body: Annotated[int, Field(ge=64 * 1024)]

    @property
    def address(self) -> str:
        """How others reach this server, without a slash at the end."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")


class Webhooks(Section):
    secrets: Annotated[dict[str, Secrets], BeforeValidator(_json)]
    rate: Annotated[float, Field(gt=0)]
    burst: Annotated[int, Field(ge=1)]


class Gate(Section):
    tokens: Secrets


class Paper(Section):
    path: File


class Log(Section):
    level: Literal["debug", "info", "warning", "error"]
    format: Literal["json", "console"]


class Worker(Section):
    concurrency: Annotated[int, Field(ge=1, le=500)]
    lease: Duration
    poll: Duration
    drain: Duration


def _remembered(value: timedelta) -> timedelta:
    if value < AT_LEAST:
        message = "must be 7d at least: what is sent to us again until then would be taken for news"
        raise ValueError(message)
    return value


class Retention(Section):
    outbox: Annotated[Duration, AfterValidator(_remembered)]
    inbox: Annotated[Duration, AfterValidator(_remembered)]


class Rehearsal(Section):
    clock_offset_file: File
    die_after_commit: Annotated[Annotated[int, Field(ge=0)] | None, BeforeValidator(_nothing)]


class Settings(BaseSettings):
    """Everything that differs from one installation to the next."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter=NESTED, enable_decoding=False, extra="forbid", frozen=True
    )

    database: Database
    slack: Slack
    server: Server
    webhooks: Webhooks
    gate: Gate
    playbook: Paper
    catalogue: Paper
    log: Log
    worker: Worker
    retention: Retention
    rehearsal: Rehearsal

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Nothing but what is given: the layers of ``config.sources`` are joined before."""
        del settings_cls, env_settings, dotenv_settings, file_secret_settings
        return (init_settings,)

    @model_validator(mode="after")
    def _leases_outlive_calls(self) -> Self:
        if self.worker.lease <= self.slack.patience:
            message = "worker.lease: must be longer than slack.patience, or living work is begun again"
            raise ValueError(message)
        return self

    def missing_for_slack(self) -> tuple[Mistake, ...]:
        """What has to be set before we can speak with Slack."""
        wanted = [("bot_token", 'the "Bot User OAuth Token" of the app\'s page "OAuth & Permissions"')]
        if self.slack.mode == "socket":
            wanted.append(
                ("app_token", 'an app-level token with connections:write, page "Basic Information"')
            )
        else:
            wanted.append(("signing_secret", 'the "Signing Secret" of the app\'s page "Basic Information"'))
        return tuple(
            Mistake(
                setting=f"slack.{name}",
                source="not set",
                says=f"set {variable(('slack', name))} to {what}",
            )
            for name, what in wanted
            if getattr(self.slack, name) is None
        )


def load() -> Settings:
    """The settings in force. Raises BadSettings with every mistake."""
    return read(layers(Settings))


def read(found: tuple[Layer, ...]) -> Settings:
    """The settings that the layers amount to. Raises BadSettings with every mistake."""
    mistakes = list(strangers(Settings.model_fields))
    try:
        settings = Settings(**merged(found))
    except ValidationError as refused:
        raise BadSettings([*mistakes, *_told(found, refused.errors())]) from None
    if mistakes:
        raise BadSettings(mistakes)
    return settings


def _told(found: tuple[Layer, ...], errors: list[ErrorDetails]) -> Iterator[Mistake]:
    for error in errors:
        path = tuple(str(step) for step in error["loc"])
        says = error["msg"].removeprefix("Value error, ")
        if not path:
            name, _, says = says.partition(": ")
            path = tuple(name.split("."))
        if error["type"] == "extra_forbidden":
            says = "is not a setting; see config/defaults.yaml for all there are"
        yield Mistake(setting=".".join(path), source=origin(found, path), says=says)
