"""The shipped files, as tests use them."""

from __future__ import annotations

from pathlib import Path

import playbooks

LIBRARY = Path(playbooks.__file__).parent / "library"
PLAYBOOK = LIBRARY / "default-playbook.yaml"
CATALOGUE = LIBRARY / "example-catalogue.yaml"
