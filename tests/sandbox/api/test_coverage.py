"""The report on error codes in the sandbox's docs says what the tests met."""

from __future__ import annotations

import pytest

from tests.sandbox.api.contract import METHODS, PRODUCED
from tests.sandbox.api.coverage import REPORT, coverage_is_written, render, sayable

pytestmark = pytest.mark.skipif(coverage_is_written(), reason="the report is being written")


def test_the_report_is_the_one_that_would_be_written_now() -> None:
    assert REPORT.read_text(encoding="utf-8") == render(PRODUCED)


def test_every_method_is_in_the_report() -> None:
    text = REPORT.read_text(encoding="utf-8")

    assert [method for method in METHODS if f"| `{method}` |" not in text] == []


def test_what_the_report_calls_produced_can_still_be_said() -> None:
    known, forms = sayable()
    said = {code for codes in PRODUCED.values() for code in codes} - {"any_error"}

    assert [code for code in said - known if not forms.fullmatch(code)] == []
