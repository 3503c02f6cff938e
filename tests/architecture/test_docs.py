"""The documents say what the code does: nothing is missing in them, and nothing in them is invented."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import click
import pytest
import yaml
from pydantic import BaseModel

from bot.cli import main
from config.settings import Settings
from handlers.names import COMMAND, Verb
from handlers.slack.grammar import Request, parse
from playbooks.loader import DEFAULT_PLAYBOOK
from playbooks.schema import Playbook
from storage.mapping import EVENTS
from tests.architecture.pages import DOCS, ROOT, anchors, committed, fences, links, read, rows

PAGES = sorted(
    name for name in committed() if name.endswith(".md") and not name.startswith(("tests/", "handlers/"))
)
LOGGED = re.compile(r"""(?:\blog\.\w+|complain)\(\s*f?"([a-z_]+\.[a-z_]+|outbox\.\{outcome\})\"""")
OUTCOMES = {"done", "lost", "later", "ambiguous", "buried", "trouble"}
MADE = re.compile(r"`make ([a-z]+)|^make ([a-z]+)", re.MULTILINE)


# ------------------------------------------------------------------ settings
def leaves(values: dict[str, Any], *, above: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in values.items():
        path = f"{above}.{name}" if above else name
        if isinstance(value, dict):
            yield from leaves(value, above=path)
        else:
            yield path, value


def test_every_setting_is_documented_with_its_default() -> None:
    shipped = dict(leaves(yaml.safe_load(read("config/defaults.yaml"))))
    told = {row.names[0]: yaml.safe_load(row.cells[1].strip("`")) for row in rows(read("docs/settings.md"))}
    assert told == shipped


def test_every_setting_says_why_it_is_there_and_stands_under_its_section() -> None:
    for row in rows(read("docs/settings.md")):
        assert row.names[0].startswith(f"{row.heading}.")
        assert len(row.cells[2]) > len("a reason")


@pytest.mark.parametrize("page", PAGES)
def test_variables_that_a_page_names_are_settings(page: str) -> None:
    for variable in re.findall(r"TOCSIN_([A-Z]\w*__\w+)", read(page)):
        section, *names = variable.casefold().split("__")
        assert section in Settings.model_fields, variable
        annotation = Settings.model_fields[section].annotation
        assert isinstance(annotation, type)
        assert issubclass(annotation, BaseModel)
        assert names[0] in annotation.model_fields, variable


# ------------------------------------------------------------------ what people type
def understood(words: str) -> Verb | None:
    request = parse(words)
    return request.verb if isinstance(request, Request) else None


def test_every_verb_is_documented_once() -> None:
    told = [understood(row.names[0].split()[0]) for row in rows(read("docs/commands.md"))]
    assert sorted(map(str, told)) == sorted(Verb)


def test_verbs_are_understood_as_they_are_documented() -> None:
    for row in rows(read("docs/commands.md")):
        verb = row.names[0].split()[0]
        for word in re.findall(r"`([^`]+)`", row.cells[3]):
            assert understood(word) is understood(verb), f"{word} is not {verb}"


def test_commands_that_pages_quote_are_understood() -> None:
    for page in PAGES:
        for words in re.findall(rf"`{COMMAND} ([^`]*)`", read(page)):
            if not words.startswith("<"):
                assert understood(words) is not None, f"{page}: {COMMAND} {words}"


def test_the_verbs_of_the_readme_are_understood() -> None:
    table = [row for row in rows(read("README.md")) if row.heading == "What people type"]
    verbs = [verb for row in table for verb in re.findall(r"`([^`]+)`", row.cells[1])]
    assert len(verbs) > len(Verb) / 2
    assert all(understood(verb) for verb in verbs)


def commands(group: click.Group, above: str = "tocsin") -> Iterator[str]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, f"{above} {name}")
        else:
            yield f"{above} {name}"


def test_every_command_of_the_command_line_is_documented() -> None:
    told = [row.names[0] for row in rows(read("docs/operations.md")) if row.heading == "The commands"]
    assert sorted(told) == sorted(commands(main))


def test_commands_of_the_command_line_that_pages_quote_exist() -> None:
    known = set(commands(main))
    groups = {command.rpartition(" ")[0] for command in known}
    for page in PAGES:
        for quoted in re.findall(r"(?:`|\$ |bin/)(tocsin(?: [a-z]+)+)", read(page)):
            found = any(f"{quoted} ".startswith(f"{command} ") for command in known)
            assert found or quoted in groups, f"{page}: {quoted}"


def test_every_make_target_that_a_page_names_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", read("Makefile"), re.MULTILINE))
    for page in PAGES:
        named = {one or other for one, other in MADE.findall(read(page))}
        assert named <= targets, f"{page} names {named - targets}"


# ------------------------------------------------------------------ events and log lines
def test_every_event_is_documented() -> None:
    told = [row.names[0] for row in rows(read("docs/events.md"))]
    assert sorted(told) == sorted(EVENTS)


def test_every_log_line_is_documented() -> None:
    written: set[str] = set()
    for name in committed():
        if name.startswith(("bot/", "handlers/", "storage/")) and name.endswith(".py"):
            written |= set(LOGGED.findall(read(name)))
    written = {line for line in written if "{" not in line} | {f"outbox.{outcome}" for outcome in OUTCOMES}
    table = [row for row in rows(read("docs/operations.md")) if row.heading == "Logs"]
    assert sorted(name for row in table for name in row.names) == sorted(written)


def test_every_metric_is_documented() -> None:
    declared = re.findall(r'"(tocsin_\w+)",', read("bot/metrics.py"))
    told = [
        re.split(r"[{]", row.names[0])[0] for row in rows(read("docs/api.md")) if row.heading == "Metrics"
    ]
    assert sorted(name.removesuffix("_total") for name in told) == sorted(declared)


# ------------------------------------------------------------------ the playbook
def keys(model: type[BaseModel], above: str = "") -> Iterator[str]:
    """Every key of a section as the page writes it; lists of sections have brackets."""
    for name, field in model.model_fields.items():
        path = f"{above}.{name}" if above else name
        inner = [part for part in get_args(field.annotation) if isinstance(part, type)]
        listed = [part for part in inner if issubclass(part, BaseModel)]
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from keys(field.annotation, path)
        elif listed and not path.startswith("severities"):
            yield from keys(listed[0], f"{path}[]")
        else:
            yield path


def test_every_key_of_the_playbook_is_documented() -> None:
    page = read("docs/playbook.md")
    section = page[page.index("## The playbook\n") :]
    told = [row.names[0] for row in rows(section) if row.names]
    assert sorted(told) == sorted(keys(Playbook))


def test_the_page_tells_the_values_of_the_shipped_playbook() -> None:
    shipped = dict(leaves(yaml.safe_load(DEFAULT_PLAYBOOK.read_text())))
    told = {row.names[0]: row.cells[1].strip("`") for row in rows(read("docs/playbook.md")) if row.names}
    compared = {name: yaml.safe_load(told[name]) for name in shipped if name in told and name != "triggers"}
    assert len(compared) > len(shipped) / 2
    assert compared == {name: shipped[name] for name in compared}


def test_every_key_of_the_catalogue_is_documented() -> None:
    page = read("docs/playbook.md")
    section = page[page.index("## The catalogue\n") : page.index("## The playbook\n")]
    told = {name.split(".")[-1] for row in rows(section) for name in row.names} | {
        word for row in rows(section) for word in re.findall(r"`(\w+)", row.cells[-1])
    }
    example = yaml.safe_load(read("playbooks/library/example-catalogue.yaml"))
    used = {key for service in example["services"].values() for key in service}
    used |= {
        key for kind in ("calendars", "agreements", "people") for one in example[kind].values() for key in one
    }
    assert used | set(example["roster"]) | set(example["channels"]) <= told


# ------------------------------------------------------------------ links, blocks, leaks
@pytest.mark.parametrize("page", PAGES)
def test_links_resolve(page: str) -> None:
    for link in links(read(page)):
        if link.startswith(("https://", "http://")):
            continue
        path, _, anchor = link.partition("#")
        target = (ROOT / page).parent / path if path else ROOT / page
        assert target.exists(), f"{page}: {link}"
        if anchor:
            assert anchor in anchors(target.read_text(encoding="utf-8")), f"{page}: {link}"


def test_every_page_of_the_docs_is_linked_from_somewhere() -> None:
    linked = {
        ((ROOT / page).parent / link.partition("#")[0]).resolve()
        for page in PAGES
        for link in links(read(page))
        if not link.startswith("http")
    }
    assert set(DOCS.glob("*.md")) <= linked


@pytest.mark.parametrize("page", PAGES)
def test_data_in_fenced_blocks_is_well_formed(page: str) -> None:
    for block in fences(read(page), "json"):
        json.loads(block)
    for block in fences(read(page), "yaml"):
        yaml.safe_load(block)
    for block in fences(read(page), "python"):
        compile(block, page, "exec", flags=0x2000)  # ast.PyCF_ALLOW_TOP_LEVEL_AWAIT


BEFORE = r"(?<![\w.~$}-])"
LEAKS = {
    "a path of somebody's machine": re.compile(rf"{BEFORE}/(?:work|root|Users|home)/[a-z]\w*"),
    "an address of a package index": re.compile(
        r"(?:--(?:extra-)?index-url|--find-links|--trusted-host|PIP_\w*INDEX\w*)[= ]+\S*http|https?://[^\s\"']*/simple\b"
    ),
    "a Slack token": re.compile(r"\bxox[abeprs]-\d{9,}-[\w-]{10,}|\bxapp-\d-A\w{8,}-\d{9,}-\w{32,}"),
    "a key of a cloud or a code host": re.compile(
        r"\bAKIA[0-9A-Z]{16}\b|\bgh[oprsu]_\w{30,}|\bglpat-[\w-]{20}"
    ),
    "a private key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
}


@pytest.mark.parametrize("what", LEAKS)
def test_no_committed_file_gives_something_away(what: str) -> None:
    found = []
    for name in committed():
        text = (ROOT / name).read_bytes().decode("utf-8", "replace")
        found += [f"{name}: {hit[0]}" for hit in LEAKS[what].finditer(text)]
    assert not found


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_lock_files_hold_versions_with_hashes_and_nothing_else(name: str) -> None:
    lines = (Path(ROOT) / name).read_text().replace("\\\n", " ").splitlines()
    for line in lines:
        shape = r"[a-z0-9._-]+(\[[a-z0-9,-]+\])?==[\w.+!-]+( ; [^#@]+?)?(\s+--hash=sha256:[0-9a-f]{64})+\s*"
        assert re.fullmatch(shape, line), line
