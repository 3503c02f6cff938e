"""The container, the compose file and the workflow fit the code that they run."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from pydantic import BaseModel

from bot.cli import main
from config.settings import Settings
from config.settings import read as read_settings
from config.sources import DEFAULTS, Layer
from tests.architecture.pages import ROOT, committed, fences, read

DOCKERFILE = read("Dockerfile").replace("\\\n", " ")
PINNED = re.compile(r"[\w./-]+:\d+\.\d+(\.\d+)?(-[\w.-]+)?(@sha256:[0-9a-f]{64})?")
"""A tag with its minor version at least; what moves under our feet is no pin."""


def instructions(word: str) -> list[str]:
    """The arguments of every instruction of one kind, in order."""
    return re.findall(rf"^{word} (.+)$", DOCKERFILE, re.MULTILINE)


def last_stage() -> str:
    return DOCKERFILE.rpartition("\nFROM ")[2]


def compose() -> dict[str, Any]:
    return dict(yaml.safe_load(read("compose.yaml")))


def default(section: str, name: str) -> Any:
    return yaml.safe_load(DEFAULTS.read_text())[section][name]


# ------------------------------------------------------------------ the image
def test_images_are_pinned() -> None:
    bases = {line.split()[0] for line in instructions("FROM")}
    assert len(bases) == 1, "both stages stand on the same image, or the environment does not fit"
    images = {service["image"] for service in compose()["services"].values() if "image" in service}
    assert all(PINNED.fullmatch(image) for image in bases | images)


def test_the_image_has_a_python_that_we_promise() -> None:
    [minor] = {re.search(r"python:3\.(\d+)", line)[1] for line in instructions("FROM")}  # type: ignore[index] # matched
    wanted = tomllib.loads(read("pyproject.toml"))["project"]["requires-python"]
    assert int(minor) >= int(wanted.removeprefix(">=3."))


def test_it_runs_as_nobody_in_particular() -> None:
    stage = last_stage()
    users = re.findall(r"^USER (\S+)$", stage, re.MULTILINE)
    assert users
    assert users[-1] not in ("root", "0")
    assert re.search(rf"useradd .*--uid [1-9]\d{{3,}} .*\b{users[-1]}$", stage, re.MULTILINE)


def test_whatever_is_copied_exists() -> None:
    files = set(committed())
    folders = {name.rpartition("/")[0].split("/")[0] for name in files}
    for line in instructions("COPY"):
        *sources, _ = [word for word in shlex.split(line) if not word.startswith("--")]
        if "--from" not in line:
            assert not [source for source in sources if source not in files | folders]


def test_every_package_is_copied_and_so_is_what_the_build_reads() -> None:
    project = tomllib.loads(read("pyproject.toml"))
    packages = [name.rstrip("*") for name in project["tool"]["setuptools"]["packages"]["find"]["include"]]
    copied = {word for line in instructions("COPY") if "--from" not in line for word in line.split()[:-1]}
    assert {*packages, project["project"]["readme"], *project["project"]["license-files"]} <= copied


@pytest.mark.timeout(120)
def test_the_package_in_the_image_holds_every_file(tmp_path: Path) -> None:
    """Built from what the image copies; templates, pages and migrations are no Python modules."""
    source = tmp_path / "source"
    copied = [line.split()[:-1] for line in instructions("COPY") if "--from" not in line]
    tops = {word for words in copied for word in words}
    files = {name for name in committed() if name.split("/")[0] in tops}
    for name in files:
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, source / name)
    wheel = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--no-deps",
        "--no-build-isolation",
        "--no-index",
        "--quiet",
    ]
    subprocess.run([*wheel, "--wheel-dir", tmp_path, source], timeout=100, check=True)
    [built] = tmp_path.glob("*.whl")
    with zipfile.ZipFile(built) as held:
        assert {name for name in files if "/" in name} <= set(held.namelist())


def test_only_hashed_packages_are_installed() -> None:
    for line in re.findall(r"pip install (.+)$", DOCKERFILE, re.MULTILINE):
        assert "--require-hashes" in line or "--no-deps" in line


def test_the_health_check_asks_an_address_that_exists_on_the_port_that_is_open() -> None:
    [asked] = re.findall(r"^HEALTHCHECK .*http://127\.0\.0\.1:(\d+)(/\w+)", last_stage(), re.MULTILINE)
    [exposed] = instructions("EXPOSE")
    assert asked[0] == exposed == str(default("server", "port"))
    assert f'web.get("{asked[1]}"' in read("handlers/http/routes.py")


def test_the_state_lives_in_the_volume() -> None:
    [volume] = instructions("VOLUME")
    url = re.search(r"TOCSIN_DATABASE__URL=(\S+)", last_stage())
    assert url is not None
    assert url[1].startswith(f"sqlite+aiosqlite:///{volume}/")


def test_entry_points_exist() -> None:
    scripts = tomllib.loads(read("pyproject.toml"))["project"]["scripts"]
    [entry], [command] = (
        yaml.safe_load(line) for line in (*instructions("ENTRYPOINT"), *instructions("CMD"))
    )
    assert entry in scripts
    assert command in main.commands


# ------------------------------------------------------------------ settings in container files
def environments() -> list[tuple[str, dict[str, str]]]:
    """Every place in which a container is told settings."""
    image = dict(re.findall(r"(TOCSIN_\w+)=(\S+)", last_stage()))
    services = {f"compose {name}": one.get("environment", {}) for name, one in compose()["services"].items()}
    for block in map(yaml.safe_load, fences(read("docs/operations.md"), "yaml")):
        services |= {f"override {n}": one["environment"] for n, one in block.get("services", {}).items()}
    return [("image", image), *services.items()]


@pytest.mark.parametrize(("where", "variables"), environments())
def test_containers_are_told_settings_that_exist(where: str, variables: dict[str, str]) -> None:
    ours: dict[str, Any] = {}
    for name, value in variables.items():
        if name.startswith("TOCSIN_"):
            section, setting = name.removeprefix("TOCSIN_").casefold().split("__")
            ours.setdefault(section, {})[setting] = value.replace("${POSTGRES_PASSWORD}", "secret")
    defaults = Layer(name="default", values=yaml.safe_load(DEFAULTS.read_text()))
    assert read_settings((defaults, Layer(name=where, values=ours)))


def test_settings_that_comments_name_exist() -> None:
    named = re.findall(r"TOCSIN_(\w+?)__(\w+)", read("compose.yaml"))
    assert named
    for section, setting in named:
        annotation = Settings.model_fields[section.casefold()].annotation
        assert isinstance(annotation, type)
        assert issubclass(annotation, BaseModel)
        assert setting.casefold() in annotation.model_fields


# ------------------------------------------------------------------ compose
def test_the_bot_starts_after_the_schema_and_the_schema_after_the_database() -> None:
    services = compose()["services"]
    assert services["schema"]["depends_on"] == {"database": {"condition": "service_healthy"}}
    assert services["bot"]["depends_on"] == {"schema": {"condition": "service_completed_successfully"}}
    assert "pg_isready" in services["database"]["healthcheck"]["test"][1]


def test_the_bot_may_write_nowhere_and_comes_back() -> None:
    bot = compose()["services"]["bot"]
    assert bot["read_only"] is True
    assert bot["restart"] == "unless-stopped"
    assert bot["ports"] == [f"{default('server', 'port')}:{default('server', 'port')}"]


def test_commands_in_compose_exist() -> None:
    command: click.Command = main
    for word in compose()["services"]["schema"]["command"]:
        assert isinstance(command, click.Group)
        command = command.commands[word]


def test_no_secret_stands_in_the_compose_file() -> None:
    text = read("compose.yaml")
    assert "${POSTGRES_PASSWORD:?" in text, "an empty password has to stop the start"
    for name, value in re.findall(r"^\s+(\w*(?:PASSWORD|TOKEN|SECRET)\w*): (.+)$", text, re.MULTILINE):
        assert value.startswith("${"), name


def test_data_outlives_the_containers() -> None:
    services, volumes = compose()["services"], compose()["volumes"]
    [mounted] = services["database"]["volumes"]
    assert mounted.partition(":")[0] in volumes


# ------------------------------------------------------------------ workflow
def workflow() -> dict[Any, Any]:
    return dict(yaml.safe_load(read(".github/workflows/ci.yaml")))


def steps() -> list[dict[str, Any]]:
    return [step for job in workflow()["jobs"].values() for step in job["steps"]]


def test_the_workflow_calls_the_recipes_of_the_checks_and_no_others() -> None:
    called = [step["run"] for step in steps() if step.get("run", "").startswith("make ")]
    assert called == re.findall(r"^make .+$", read(".ci/run"), re.MULTILINE)


def test_the_workflow_runs_the_pythons_that_we_promise() -> None:
    pythons = workflow()["jobs"]["recipes"]["strategy"]["matrix"]["python"]
    assert f">={pythons[0]}" == tomllib.loads(read("pyproject.toml"))["project"]["requires-python"]
    assert f"python:{pythons[-1]}." in instructions("FROM")[0], "the newest is the one in the image"
    assert all(f"python{python}" in read("Makefile") for python in pythons)


def test_actions_are_well_known_and_pinned_to_a_major_version() -> None:
    actions = [step["uses"] for step in steps() if "uses" in step]
    assert actions
    assert all(re.fullmatch(r"actions/(checkout|setup-python)@v\d+", action) for action in actions)


def test_the_workflow_may_only_read_and_ends_by_itself() -> None:
    assert workflow()["permissions"] == {"contents": "read"}
    assert all(job["timeout-minutes"] <= 60 for job in workflow()["jobs"].values())
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o100
