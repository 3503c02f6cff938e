"""Settings come from three places, the last one wins, and everything wrong is said at once."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from config.settings import Settings, load
from config.shown import MASK, shown
from config.sources import DEFAULTS, BadSettings, layers


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No file and no variable of the person who runs the tests plays a part."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TOCSIN_CONFIG", raising=False)


def write(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "tocsin.yaml"
    file.write_text(text)
    return file


def test_the_defaults_alone_are_enough_to_start_a_rehearsal() -> None:
    settings = load()
    assert settings.slack.base_url == "https://slack.com/api/"
    assert settings.worker.lease == timedelta(seconds=60)
    assert settings.server.address == "http://127.0.0.1:8080"


def test_a_file_beats_the_defaults_and_the_environment_beats_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, "server: {port: 9000, host: 0.0.0.0}\n")
    monkeypatch.setenv("TOCSIN_SERVER__PORT", "9100")
    server = load().server
    assert (server.host, server.port) == ("0.0.0.0", 9100)  # noqa: S104 - only text here


def test_another_file_is_read_when_it_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "other.yaml").write_text("log: {level: debug}\n")
    monkeypatch.setenv("TOCSIN_CONFIG", str(tmp_path / "other.yaml"))
    assert load().log.level == "debug"


def test_lists_are_written_with_commas_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOCSIN_WEBHOOKS__SECRETS__ALERTMANAGER", "new, old")
    secrets = load().webhooks.secrets
    assert [secret.get_secret_value() for secret in secrets["alertmanager"]] == ["new", "old"]
    assert secrets["generic"] == ()


def test_a_whole_section_in_one_variable_is_json(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOCSIN_WEBHOOKS__SECRETS", '{"alertmanager": ["one"]}')
    monkeypatch.setenv("TOCSIN_GATE__TOKENS", '["two", "three"]')
    settings = load()
    assert settings.webhooks.secrets["alertmanager"][0].get_secret_value() == "one"
    assert len(settings.gate.tokens) == 2


def test_an_empty_variable_means_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOCSIN_SLACK__BOT_TOKEN", "")
    assert load().slack.bot_token is None


@pytest.mark.parametrize(
    ("variable", "value", "says"),
    [
        pytest.param("TOCSIN_SERVER__PORT", "many", "server.port (TOCSIN_SERVER__PORT)", id="wrong type"),
        pytest.param(
            "TOCSIN_WORKER__LEASE", "a while", "write 500ms, 90s, 5m, 1h or 90d", id="not a duration"
        ),
        pytest.param("TOCSIN_RETENTION__INBOX", "6d", "must be 7d at least", id="forgotten too soon"),
        pytest.param("TOCSIN_WORKER__LEASE", "5s", "longer than slack.patience", id="lease too short"),
        pytest.param("TOCSIN_SLACK__BOTTOKEN", "x", "slack.bottoken", id="misspelt setting"),
        pytest.param("TOCSIN_SLAK__BOT_TOKEN", "x", "there is no such section", id="misspelt section"),
        pytest.param("TOCSIN_SLACK__BASE_URL", "slack.com", "write http://", id="no address"),
        pytest.param("TOCSIN_WEBHOOKS__SECRETS", "{hunter2", "is not JSON", id="no JSON"),
        pytest.param("TOCSIN_DATABASE__URL", "mysql://root:hunter2@db", "postgresql+psycopg", id="database"),
    ],
)
def test_a_mistake_is_told_with_its_setting_and_what_to_do(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, says: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(BadSettings, match=r".+") as told:
        load()
    assert says in str(told.value)
    assert "hunter2" not in str(told.value)


def test_all_mistakes_are_told_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = write(tmp_path, "server: {port: x}\nlog: {level: loud}\nwrong: {}\n")
    monkeypatch.setenv("TOCSIN_WORKER__POLL", "x")
    with pytest.raises(BadSettings) as told:
        load()
    settings = {mistake.setting for mistake in told.value.mistakes}
    assert settings == {"server.port", "log.level", "wrong", "worker.poll"}
    assert {m.source for m in told.value.mistakes} == {str(file.name), "TOCSIN_WORKER__POLL"}


@pytest.mark.parametrize("text", ["slack: [", "- a list\n", "slack: &x *x\n"])
def test_an_unreadable_file_is_one_mistake(tmp_path: Path, text: str) -> None:
    write(tmp_path, text)
    with pytest.raises(BadSettings):
        load()


def test_what_slack_needs_depends_on_the_mode(monkeypatch: pytest.MonkeyPatch) -> None:
    assert [m.setting for m in load().missing_for_slack()] == ["slack.bot_token", "slack.signing_secret"]
    monkeypatch.setenv("TOCSIN_SLACK__MODE", "socket")
    assert [m.setting for m in load().missing_for_slack()] == ["slack.bot_token", "slack.app_token"]


def test_what_is_shown_names_every_source_and_no_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, "database: {url: 'postgresql+psycopg://tocsin:hunter2@db/tocsin'}\n")
    monkeypatch.setenv("TOCSIN_SLACK__BOT_TOKEN", "xoxb-secret")
    monkeypatch.setenv("TOCSIN_GATE__TOKENS", "one,two")
    rows = {row.name: row for row in shown(load(), layers(Settings))}
    assert rows["slack.bot_token"].value == MASK
    assert rows["slack.bot_token"].source == "TOCSIN_SLACK__BOT_TOKEN"
    assert rows["gate.tokens"].value == f"2 × {MASK}"
    assert rows["database.url"].value == f"postgresql+psycopg://tocsin:{MASK}@db/tocsin"
    assert rows["database.url"].source == "tocsin.yaml"
    assert rows["server.port"].source == "default"


def test_every_setting_has_a_default_and_a_reason() -> None:
    """A setting without a sentence that says why it is there is not a setting."""
    text = DEFAULTS.read_text(encoding="utf-8")
    for section, names in yaml.safe_load(text).items():
        lines = text.split(f"\n{section}:\n")[1].splitlines()
        assert list(names) == list(_fields(section))
        for name in names:
            at = next(i for i, line in enumerate(lines) if line.startswith(f"  {name}:"))
            assert lines[at - 1].lstrip().startswith("#"), f"{section}.{name} gives no reason"


def _fields(section: str) -> dict[str, FieldInfo]:
    annotation = Settings.model_fields[section].annotation
    assert isinstance(annotation, type)
    assert issubclass(annotation, BaseModel)
    return annotation.model_fields
