"""Whoever repairs a playbook at night learns every mistake at once, each with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from playbooks.loader import DEFAULT_PLAYBOOK, EXAMPLE_CATALOGUE, Broken, Mistake, inspect, load

PLAYBOOK = DEFAULT_PLAYBOOK.read_text()
CATALOGUE = EXAMPLE_CATALOGUE.read_text()


def line_of(text: str, words: str) -> int:
    """The first line on which the words stand, counted from 1."""
    return next(i for i, line in enumerate(text.splitlines(), 1) if words in line)


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "playbook.yaml").write_text(PLAYBOOK)
    (tmp_path / "catalogue.yaml").write_text(CATALOGUE)
    return tmp_path


def mistakes(files: Path) -> tuple[Mistake, ...]:
    return inspect(files / "playbook.yaml", files / "catalogue.yaml").mistakes


def change(file: Path, old: str, new: str) -> str:
    """Replace the first occurrence and return the new text."""
    text = file.read_text()
    assert old in text
    changed = text.replace(old, new, 1)
    file.write_text(changed)
    return changed


def test_good_files_make_a_handbook(files: Path) -> None:
    handbook = load(files / "playbook.yaml", files / "catalogue.yaml")
    assert handbook.playbook.name == "Default playbook"
    assert "checkout" in handbook.catalogue.services


@pytest.mark.parametrize(
    ("file", "old", "new", "at", "where", "says"),
    [
        pytest.param(
            "playbook.yaml", "keep: 3m", "keep: 1 day", "keep: 1 day", "alerts.keep",
            "'1 day' is not a duration; write hours, minutes or seconds, such as 5m, 1h 30m or 90s",
            id="days are refused",
        ),
        pytest.param(
            "playbook.yaml", "decide_within", "decide_wihtin", "decide_wihtin",
            "triggers[3].then.decide_wihtin", "is not known here; did you mean decide_within?",
            id="a misspelt limit is not silently a default",
        ),
        pytest.param(
            "playbook.yaml", "window: page", "window: nightly", "name: Default", "",
            "trigger rule fast-burn: burn.windows has none called nightly",
            id="a window that does not exist",
        ),
        pytest.param(
            "catalogue.yaml", 'target: "99.9%"', 'target: "100%"', "- { name: availability",
            "services.checkout.objectives[0]",
            "the target must be below 100%: nothing is always right, and no budget would be left",
            id="an objective of one has no budget",
        ),
        pytest.param(
            "catalogue.yaml", "custodian: orders-db", "custodian: orders-bd", "vm1: { custodian",
            "cis.vm1.custodian", "there is no service 'orders-bd'", id="a custodian that does not exist",
        ),
        pytest.param(
            "catalogue.yaml", "announced: 2026-06-01T09:00:00Z", "announced: 2026-06-06T22:00:00Z",
            "- title: New firmware", "maintenance[0]",
            "a maintenance window must be announced before it starts; else it is an outage",
            id="work that nobody was told of",
        ),
        pytest.param(
            "playbook.yaml", "relaxed: 1h", "", "updates:", "updates.relaxed", "is missing",
            id="a missing limit is shown at its section",
        ),
        pytest.param(
            "playbook.yaml", "unknown_severity: 2", "unknown_severity: 9",
            "unknown_severity", "unknown_severity",
            "input should be less than or equal to 5, but it is 9",
            id="a number out of range",
        ),
        pytest.param(
            "playbook.yaml", "unknown_severity: 2", "unknown_severity: 5",
            "unknown_severity", "unknown_severity",
            "there is no severity 5 under severities",
            id="a severity that is not described",
        ),
        pytest.param(
            "playbook.yaml", "inc-{number}-{service}", "inc-{numer}", "inc-{numer}", "room.name",
            "{numer} is not known; use {number} and {service}",
            id="a room name that could not be filled in",
        ),
        pytest.param(
            "playbook.yaml", "inc-{number}-{service}", "inc-{number", "inc-{number", "room.name",
            "expected '}' before end of string; use {number} and {service}",
            id="a room name with an open brace",
        ),
        pytest.param(
            "playbook.yaml", "id: storm", "id: tier1-corroborated", "name: Default", "",
            "two trigger rules are called tier1-corroborated; give each its own id",
            id="two rules of one name",
        ),
        pytest.param(
            "playbook.yaml", "name: Default playbook", "name: Default playbook\nname: Other", "name: Other",
            "name", f"is written twice; the first is on line {line_of(PLAYBOOK, 'name: Default')}",
            id="a key written twice",
        ),
        pytest.param(
            "catalogue.yaml", "owner: platform", "owner: platfrom", "owner: platfrom",
            "services.orders-db.owner", "there is no party 'platfrom'",
            id="a team that does not exist",
        ),
        pytest.param(
            "catalogue.yaml", "      - { service: login }", "      - { service: lgoin }", "lgoin",
            "services.web.depends_on[2].service", "there is no service 'lgoin'",
            id="a dependency that does not exist is shown on its own line",
        ),
        pytest.param(
            "catalogue.yaml", "comms: [eve]", "comms: [evil]", "evil", "roster.comms[0]",
            "there is no person 'evil'",
            id="a person that does not exist",
        ),
        pytest.param(
            "catalogue.yaml", "aliases: [sso]", "aliases: [checkout-api]", "aliases: [checkout-api]",
            "services.auth.aliases[0]", "'checkout-api' already names checkout",
            id="an alias of two services is shown where it is written the second time",
        ),
        pytest.param(
            "catalogue.yaml", "slack: U0BOB", "slack: bob", "slack: bob", "people.bob.slack",
            "'bob' is not a Slack member id such as U0123ABCD",
            id="a name instead of a member id",
        ),
        pytest.param(
            "catalogue.yaml", "slack: U0BOB", "slack: U0ADA", "people:", "people.bob.slack",
            "U0ADA is already ada",
            id="two people with one member id",
        ),
        pytest.param(
            "catalogue.yaml", "  hr-portal:", "  HR Portal:", "HR Portal", "services.HR Portal",
            "'HR Portal' is not made of lower-case letters, digits and hyphens",
            id="a service name with capitals",
        ),
        pytest.param(
            "catalogue.yaml", 'mon, open: "09:00", close: "17:00"', "mon, open: 09:00, close: 17:00",
            "day: mon", "calendars.office-paris.week[0].close",
            'YAML does not read 17:00 as text; write "17:00" in quotes',
            id="YAML reads a time as a number to base sixty",
        ),
        pytest.param(
            "catalogue.yaml", "zone: Europe/Paris", "zone: Europe/Pari", "Europe/Pari",
            "calendars.office-paris.zone", "'Europe/Pari' is not an IANA time zone such as Europe/Paris",
            id="a zone that does not exist",
        ),
        pytest.param(
            "catalogue.yaml", "2026-05-01", "2026-05-41", "2026-05-41", "calendars.office-paris.holidays[2]",
            "'2026-05-41' cannot be read: day is out of range for month",
            id="a day that does not exist",
        ),
        pytest.param(
            "catalogue.yaml", "severities: [1, 2]", "severities: [1, 5]", "severities: [1, 5]",
            "agreements.gold-restore.severities", "the playbook has no severity 5",
            id="an agreement about a severity of no playbook",
        ),
        pytest.param(
            "catalogue.yaml", "  platform: {", "  on: {", "  on: {", "parties",
            'YAML does not read on as a word; write "on" in quotes',
            id="YAML reads on as true",
        ),
        pytest.param(
            "catalogue.yaml", "  platform: {", "  [a]: {", "  [a]: {", "parties",
            "a key must be a single word",
            id="a list as a key",
        ),
        pytest.param(
            "catalogue.yaml", "  hr-portal:", "  <<: {}\n  hr-portal:", "<<", "services",
            "merge keys (<<) are not supported; write the values out",
            id="merge keys",
        ),
        pytest.param(
            "catalogue.yaml", "title: HR portal", "title: !!python/name:os.system ''", "!!python",
            "services.hr-portal.title",
            "'' cannot be read: could not determine a constructor for the tag "
            "'tag:yaml.org,2002:python/name:os.system'",
            id="a tag that would run code",
        ),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_line_and_what_to_do(
    files: Path, *, file: str, old: str, new: str, at: str, where: str, says: str
) -> None:
    text = change(files / file, old, new)
    found = {(m.where, m.says): m for m in mistakes(files)}
    assert (where, says) in found, "\n".join(map(str, found.values()))
    mistake = found[where, says]
    if says == "U0ADA is already ada":
        at = "bob: { slack"
    assert mistake.line == line_of(text, at)
    assert str(mistake) == ": ".join(p for p in (f"{files / file}:{mistake.line}", where, says) if p)


def test_all_mistakes_of_both_files_come_at_once(files: Path) -> None:
    change(files / "playbook.yaml", "keep: 3m", "keep: soon")
    change(files / "playbook.yaml", "every: 20m", "evry: 20m")
    change(files / "catalogue.yaml", "owner: shop", "owner: nobody")
    change(files / "catalogue.yaml", "leads: [cleo, dev]", "leads: [cleo, devon]")
    with pytest.raises(Broken) as broken:
        load(files / "playbook.yaml", files / "catalogue.yaml")
    assert [m.where for m in broken.value.mistakes] == [
        "alerts.keep",
        "updates.every",
        "updates.evry",
        "services.web.owner",
        "services.payments.leads[1]",
    ]
    assert str(broken.value).count("\n") == 4


@pytest.mark.parametrize(
    ("written", "line", "says"),
    [
        pytest.param(b"", None, "the file is empty", id="empty"),
        pytest.param(b"# nothing yet\n", None, "the file is empty", id="only a comment"),
        pytest.param(b"a: {b: 1\nc: 2", 2, "this is not YAML: while parsing a flow mapping", id="syntax"),
        pytest.param(b"a: 1\n\tb: 2", 2, "found a tab character", id="tab"),
        pytest.param(b"a: 1\n---\nb: 2", 2, "expected a single document", id="two documents"),
        pytest.param(b"a: *b", 1, "found undefined alias", id="unknown alias"),
        pytest.param(b"a: \x00", None, "control characters are not allowed", id="control character"),
        pytest.param(b"a: 1\nb: \xff", 2, "not UTF-8", id="not text"),
        pytest.param(b"[" * 100_000, 1, "nested deeper than 50", id="nested without end"),
        pytest.param(b"a: &a [*a]", 1, "grow beyond all bounds", id="contains itself"),
        pytest.param(b" " * (1024 * 1024 + 1), None, "larger than 1024 KiB", id="too large"),
        pytest.param(b"- a", 1, "input should be a valid dictionary", id="a list at the top"),
        pytest.param(b"name", 1, "input should be a valid dictionary", id="a word at the top"),
    ],
)
def test_a_file_nothing_can_be_made_of_is_one_mistake(
    files: Path, written: bytes, line: int | None, says: str
) -> None:
    (files / "playbook.yaml").write_bytes(written)
    [mistake] = mistakes(files)
    assert mistake.line == line
    assert says in mistake.says
    assert mistake.file == str(files / "playbook.yaml")


def test_aliases_that_multiply_are_refused_before_they_fill_the_memory(files: Path) -> None:
    rows = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    rows += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    (files / "playbook.yaml").write_text("\n".join(rows))
    [mistake] = mistakes(files)
    assert "grow beyond all bounds" in mistake.says


def test_plain_aliases_are_welcome(files: Path) -> None:
    change(files / "catalogue.yaml", "leads: [bob]", "leads: &shop [bob]")
    change(files / "catalogue.yaml", "leads: [bob]", "leads: *shop")
    assert load(files / "playbook.yaml", files / "catalogue.yaml")


def test_a_missing_file_says_where_to_start(files: Path) -> None:
    (files / "playbook.yaml").unlink()
    [mistake] = mistakes(files)
    expected = "there is no such file; start from a copy of one in playbooks/library"
    assert str(mistake) == f"{files / 'playbook.yaml'}: {expected}"


def test_a_folder_in_place_of_a_file_is_a_mistake_not_a_crash(files: Path) -> None:
    (files / "playbook.yaml").unlink()
    (files / "playbook.yaml").mkdir()
    [mistake] = mistakes(files)
    assert mistake.says == "the file cannot be read: Is a directory"


def test_a_byte_order_mark_from_a_windows_editor_does_not_matter(files: Path) -> None:
    (files / "playbook.yaml").write_bytes(b"\xef\xbb\xbf" + PLAYBOOK.encode())
    assert mistakes(files) == ()


def test_an_unknown_key_that_looks_like_nothing_lists_what_is_known(files: Path) -> None:
    change(files / "playbook.yaml", "log:", "log:\n  zzz: 1")
    [mistake] = mistakes(files)
    assert mistake.says == "is not known here; known are marks, deleted"


def warned(files: Path) -> list[str]:
    reading = inspect(files / "playbook.yaml", files / "catalogue.yaml")
    assert reading.handbook is not None
    assert {m.level for m in reading.mistakes} <= {"warning"}
    return [f"{m.where}: {m.says}" for m in reading.mistakes]


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        pytest.param(
            "playbook.yaml", "action: declare", "action: propose",
            [("triggers[0]: tier1-corroborated only proposes but stands before tier2-corroborated, which "
             "declares; put it below")],
            id="a weaker rule in front hides a stronger one",
        ),
        pytest.param(
            "catalogue.yaml", "    leads: [fay, ada]\n", "",
            ["services.orders-db: nobody is named under leads, so nobody is called when it fails"],
            id="a service without leads",
        ),
        pytest.param(
            "catalogue.yaml", "    agreement: gold-restore\n", "",
            ["services.web: is tier 1 but has no agreement, so no clock will run for it"],
            id="the most important services without a promise",
        ),
        pytest.param(
            "catalogue.yaml", "commanders: [ada, bob, cleo]", "commanders: []",
            ["roster.commanders: nobody may command"],
            id="a roster without commanders",
        ),
        pytest.param(
            "catalogue.yaml", "      - { service: dns }",
            "      - { service: dns }\n      - { service: login }",
            ["services.auth: depends on itself through login"],
            id="a circle is told once",
        ),
        pytest.param(
            "catalogue.yaml", "      - { service: dns }", "      - { service: auth }",
            ["services.auth: depends on itself"],
            id="a service that names itself",
        ),
    ],
)  # fmt: skip
def test_a_warning_does_not_stop_anything(
    files: Path, file: str, old: str, new: str, expected: list[str]
) -> None:
    change(files / file, old, new)
    assert warned(files) == expected
    assert load(files / "playbook.yaml", files / "catalogue.yaml")


def test_warnings_say_that_they_are(files: Path) -> None:
    text = change(files / "catalogue.yaml", "    leads: [fay, ada]\n", "")
    [warning] = mistakes(files)
    line = line_of(text, "  orders-db:")
    assert str(warning).startswith(f"{files / 'catalogue.yaml'}:{line}: services.orders-db: warning: nobody")


def test_mistakes_of_shape_do_not_hide_that_a_name_leads_nowhere(tmp_path: Path) -> None:
    world = EXAMPLE_CATALOGUE.read_text()
    world = world.replace("tier: 1", "tier: 9", 1).replace("slack: U0ADA", "slack: ada", 1)
    world = world.replace("comms: [eve]", "comms: [evelyn]", 1)
    broken = tmp_path / "catalogue.yaml"
    broken.write_text(world)
    said = [mistake.says for mistake in inspect(DEFAULT_PLAYBOOK, broken).mistakes]
    assert any("9" in line for line in said)
    assert any("Slack member id" in line for line in said)
    assert any("there is no person 'evelyn'" in line for line in said)
    assert len(said) == 3, said
