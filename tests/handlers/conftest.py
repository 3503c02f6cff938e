"""The shipped playbook and catalogue, for everything that is shown or asked."""

from __future__ import annotations

import pytest

from playbooks.domain.handbook import Handbook
from playbooks.loader import load
from tests.library import CATALOGUE, PLAYBOOK


@pytest.fixture(scope="session")
def handbook() -> Handbook:
    return load(PLAYBOOK, CATALOGUE)
