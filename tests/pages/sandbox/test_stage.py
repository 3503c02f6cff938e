"""A rehearsal shows which scene is played, as it goes on."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from sandbox.testing import Workspace
from tests.pages.sandbox.conftest import Opener

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_the_scene_follows_the_rehearsal_and_goes_away(sandbox: Workspace, visit: Opener) -> None:
    page = await visit()
    line = page.locator(".stage")
    await expect(line).to_be_hidden()
    await sandbox.post("banner", {"text": "The <b>war room</b> opens", "step": 2, "of": 8})
    await expect(line).to_contain_text("2/8")
    await expect(line).to_contain_text("The <b>war room</b> opens")
    await expect(page.get_by_role("progressbar", name="Step 2 of 8")).to_be_visible()
    await sandbox.post("banner", {"text": ""})
    await expect(line).to_be_hidden()
