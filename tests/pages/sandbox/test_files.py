"""How the page is served: nothing but its own files, and no way to run anything else."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestClient, TestServer
from yarl import URL

from sandbox import page

STATIC = Path(page.__file__).parent / "static"
INDEX = Path(page.__file__).parent / "index.html"
Client = TestClient[web.Request, web.Application]
MODULES = sorted((STATIC / "js").glob("*.js"))


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    app = web.Application()
    app.add_routes(page.routes())
    async with TestClient(TestServer(app)) as made:
        yield made


async def test_the_policy_forbids_everything_that_is_not_ours(client: Client) -> None:
    answer = await client.get("/")
    policy = dict(each.strip().split(" ", 1) for each in answer.headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


async def test_every_file_of_the_page_is_served_as_what_it_is(client: Client) -> None:
    kinds = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
    for file in STATIC.rglob("*.*"):
        answer = await client.get(f"/static/{file.relative_to(STATIC)}")
        assert (answer.status, answer.content_type) == (200, kinds[file.suffix]), file


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("/static/nothing.js", id="no such file"),
        pytest.param("/static/js", id="a folder"),
        pytest.param("/static/../__init__.py", id="one floor up"),
        pytest.param("/static/%2e%2e/%2e%2e/seed.py", id="two floors up, in disguise"),
        pytest.param("/static//etc/passwd", id="from the root"),
    ],
)
async def test_nothing_else_is_served(client: Client, path: str) -> None:
    async with ClientSession() as session:
        answer = await session.get(URL(str(client.make_url("/"))[:-1] + path, encoded=True))
        assert answer.status == 404


def test_the_document_has_no_inline_script_and_no_inline_style() -> None:
    html = INDEX.read_text()
    assert not re.search(r"<script(?![^>]*\bsrc=)", html)
    assert not re.search(r"\son\w+=|\sstyle=|<style", html)


def test_the_document_names_only_files_that_exist() -> None:
    named = re.findall(r'(?:src|href)="/static/([^"]+)"', INDEX.read_text())
    assert [each for each in named if not (STATIC / each).is_file()] == []
    assert sorted(Path(each).name for each in named if each.endswith(".css")) == sorted(
        each.name for each in (STATIC / "css").iterdir()
    )


@pytest.mark.parametrize("module", MODULES, ids=lambda each: each.stem)
def test_a_module_builds_nodes_and_never_markup(module: Path) -> None:
    forbidden = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function|DOMParser"
    assert not re.search(forbidden, module.read_text())


@pytest.mark.parametrize("module", MODULES, ids=lambda each: each.stem)
def test_a_module_imports_only_its_neighbours(module: Path) -> None:
    imported = re.findall(r'from "([^"]+)"', module.read_text())
    assert [each for each in imported if not (module.parent / each).is_file()] == []


def test_no_address_outside_is_loaded_by_the_style_sheets() -> None:
    for sheet in (STATIC / "css").iterdir():
        assert re.findall(r"url\((?!\"data:)|@import", sheet.read_text()) == [], sheet.name
