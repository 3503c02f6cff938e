"""Governance: one rule answers for every act on every service, and says who may and with whose word."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from playbooks.catalogue import Catalogue
from playbooks.domain.authority import ACTS, Action, Actor, may, require
from playbooks.domain.command import Seating, Tenure
from playbooks.domain.errors import CoSignNeeded, ProtocolError, RuledOut
from playbooks.domain.governance import authority, doubtful, limited_by
from playbooks.domain.handbook import Handbook
from playbooks.domain.ids import ServiceName, TenureId, UserId
from playbooks.domain.incident import AffectedService, Glass, Incident, ServiceRole
from playbooks.governance import Act, Governance, Model, Silence
from playbooks.loader import load
from tests.clock import START
from tests.library import CATALOGUE, PLAYBOOK
from tests.storage.records import INCIDENT

PLAIN = load(PLAYBOOK, CATALOGUE)
SERVICES = [ServiceName(name) for name in PLAIN.catalogue.services]
ADA, CLEO, GUS, HAL = UserId("U0ADA"), UserId("U0CLEO"), UserId("U0GUS"), UserId("U0HAL")
PAYMENTS, SEARCH = ServiceName("payments"), ServiceName("search")
GOVERNED = sorted(ACTS)


def governed(rules: dict[str, Any] | None, **parties: dict[str, Any]) -> Handbook:
    """The example's handbook under other rules; ``parties`` are changed, ``hal`` belongs to the vendor."""
    world = PLAIN.catalogue.model_dump(mode="json", exclude={"governance"})
    world["agreements"] = {}
    for service in world["services"].values():
        service["agreement"] = None
        service["objectives"] = []
    world["people"]["hal"] = {"slack": HAL, "party": "acmepay"}
    for name, changes in parties.items():
        world["parties"].setdefault(name, {}).update(changes)
    if rules is not None:
        world["governance"] = rules
    return Handbook(playbook=PLAIN.playbook, catalogue=Catalogue.model_validate(world))


def on(*services: ServiceName, glass: tuple[UserId, ...] = ()) -> Incident:
    broken = tuple(Glass(by=user, reason="nobody answers", until=START) for user in glass)
    affected = tuple(AffectedService(service=name, role=ServiceRole.IMPACTED) for name in services)
    return replace(INCIDENT, services=affected, glass=broken)


def commanded_by(user: UserId) -> Tenure:
    return Tenure(
        id=TenureId("t"),
        incident=INCIDENT.id,
        user=user,
        since=START,
        until=None,
        how=Seating.CLAIM,
        fence=1,
    )


@pytest.mark.parametrize(
    ("rules", "outcome"),
    [
        pytest.param(None, "", id="nothing is said: as ever"),
        pytest.param({"model": "decentralised"}, "", id="decentralised: whoever has the role"),
        pytest.param({"model": "federated"}, "By rule G-default you cannot resolve", id="federated: a word"),
        pytest.param(
            {"model": "centralised"},
            "By rule G-default only <@U0GUS> can resolve the incident.",
            id="centralised: the centre",
        ),
        pytest.param(
            {"model": "centralised", "acts": {"resolve": {"model": "decentralised"}}},
            "",
            id="an act of its own",
        ),
        pytest.param(
            {"services": {"payments": {"model": "centralised"}}},
            "By rule G-payments only <@U0GUS> can resolve the incident.",
            id="a service of its own",
        ),
        pytest.param(
            {"model": "centralised", "services": {"payments": {"acts": {"resolve": {"model": "federated"}}}}},
            "By rule G-payments.resolve you cannot resolve the incident without the word of <@U0GUS>",
            id="an act on a service",
        ),
    ],
)
def test_one_press_of_one_person_is_allowed_wants_a_word_or_is_refused(
    rules: dict[str, Any] | None, outcome: str
) -> None:
    handbook = governed(rules)
    asked = Actor(user=ADA), Action.RESOLVE
    with pytest.raises((RuledOut, CoSignNeeded), match=outcome) if outcome else nullcontext():
        require(*asked, handbook=handbook, tenure=commanded_by(ADA), incident=on(PAYMENTS))


@pytest.mark.parametrize(
    ("user", "action", "rules", "allowed", "signed"),
    [
        pytest.param(CLEO, Action.RESOLVE, {"model": "federated"}, True, True, id="its party, with a word"),
        pytest.param(
            CLEO, Action.RESOLVE, {"model": "decentralised"}, False, False, id="its party has no role"
        ),
        pytest.param(GUS, Action.RELEASE, {"model": "federated"}, True, False, id="the centre, at once"),
        pytest.param(GUS, Action.RELEASE, {"model": "decentralised"}, False, False, id="no role there"),
        pytest.param(
            CLEO, Action.APPROVE, {"model": "centralised", "centre": "payments"}, True, False, id="a party"
        ),
        pytest.param(
            GUS, Action.APPROVE, {"model": "centralised", "centre": "payments"}, False, False, id="not"
        ),
        pytest.param(
            ADA, Action.DECLARE, {"model": "centralised"}, True, True, id="anybody declares, heard by"
        ),
        pytest.param(ADA, Action.CLAIM, {"model": "centralised"}, False, False, id="command is the centre's"),
        pytest.param(HAL, Action.CLAIM, None, True, False, id="a vendor may command"),
        pytest.param(HAL, Action.APPROVE, None, False, False, id="a vendor lets nothing through"),
        pytest.param(HAL, Action.THAW, {"model": "federated"}, False, False, id="nor lifts anything"),
    ],
)
def test_who_may_and_with_whose_word(
    user: UserId, action: Action, rules: dict[str, Any] | None, allowed: bool, signed: bool
) -> None:
    verdict = may(
        Actor(user=user),
        action,
        handbook=governed(rules),
        tenure=commanded_by(HAL if user == HAL else ADA),
        incident=on(PAYMENTS),
    )
    assert (verdict.allowed, verdict.cosignature is not None) == (allowed, signed)


def test_a_contract_widens_and_narrows_what_a_party_may_do() -> None:
    for may_do, expected in ((None, "G-acmepay.contract"), (["exempt"], None), ([], "G-acmepay.contract")):
        assert limited_by(HAL, Act.EXEMPT, governed(None, acmepay={"may": may_do})) == expected
    assert limited_by(CLEO, Act.EXEMPT, governed(None)) is None
    assert (
        limited_by(CLEO, Act.EXEMPT, governed(None, payments={"may": ["declare"]})) == "G-payments.contract"
    )
    with pytest.raises(RuledOut, match=r"By rule G-acmepay.contract only <@U0GUS> can decide about changes."):
        require(
            Actor(user=HAL),
            Action.APPROVE,
            handbook=governed({"model": "decentralised"}),
            tenure=commanded_by(HAL),
            incident=on(PAYMENTS),
        )


def test_a_broken_glass_waits_for_nobody_and_opens_no_contract() -> None:
    handbook = governed({"model": "centralised"})
    for action in GOVERNED:
        verdict = may(
            Actor(user=ADA), action, handbook=handbook, tenure=None, incident=on(PAYMENTS, glass=(ADA, HAL))
        )
        assert (verdict.allowed, verdict.cosignature) == (True, None), action
    vendor = may(
        Actor(user=HAL), Action.APPROVE, handbook=handbook, tenure=None, incident=on(PAYMENTS, glass=(HAL,))
    )
    assert not vendor.allowed


def test_the_strictest_rule_governs_then_the_most_important_service() -> None:
    handbook = governed(
        {"services": {"payments": {"model": "federated"}, "search": {"model": "centralised"}}}
    )
    assert authority(Act.RESOLVE, (PAYMENTS, SEARCH), handbook).rule == "G-search"
    assert authority(Act.RESOLVE, (PAYMENTS, ServiceName("recs")), handbook).rule == "G-payments"
    both = governed({"model": "federated"})
    assert authority(Act.RESOLVE, (SEARCH, PAYMENTS), both).service == PAYMENTS
    assert authority(Act.RESOLVE, (), both).rule == "G-default"


def test_check_asks_about_rules_that_nobody_could_follow() -> None:
    handbook = governed(
        {
            "centre": "empty",
            "services": {"psp-ext": {"model": "federated"}, "recs": {"model": "federated"}},
        },
        empty={"title": "Nobody"},
    )
    world = handbook.catalogue.model_dump(mode="json")
    world["services"]["psp-ext"]["owner"] = "acmepay"
    world["services"]["recs"]["owner"] = "empty"
    asked = list(doubtful(replace(handbook, catalogue=Catalogue.model_validate(world))))
    assert asked == [
        (("governance", "centre"), "nobody belongs to empty, so the duty managers stand at the centre"),
        *(
            (
                ("services", "psp-ext", "owner"),
                f"G-psp-ext gives {act} to acmepay, whose contract does not name it",
            )
            for act in ("exempt", "release")
        ),
        (("services", "recs", "owner"), "its rules give a say to empty, to which nobody belongs"),
    ]


@pytest.mark.parametrize(
    ("rules", "says"),
    [
        pytest.param(
            {"services": {"nope": {}}}, "governance.services: there is no service 'nope'", id="service"
        ),
        pytest.param({"centre": "nope"}, "governance: there is no party 'nope'", id="party"),
        pytest.param({"veto": "1h"}, "less than or equal to", id="nothing waits that long"),
        pytest.param({"acts": {"eat": {}}}, "Input should be 'declare'", id="an act that nobody knows"),
        pytest.param(
            {"acts": {"declare": {"silence": "lapses"}}}, "must not get lost", id="an alarm is heard"
        ),
    ],
)
def test_rules_about_what_does_not_exist_are_refused(rules: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        governed(rules)


# ------------------------------------------------------------------ whatever the catalogue says
MODELS = st.sampled_from([None, *(model.value for model in Model)])
RULE = st.fixed_dictionaries(
    {},
    optional={
        "model": MODELS,
        "veto": st.sampled_from(["30s", "2m", "15m"]),
        "silence": st.sampled_from(["stands", "lapses"]),
        "centre": st.sampled_from(["payments", "acmepay", "shop"]),
    },
)
ACT_RULES = st.dictionaries(st.sampled_from([act.value for act in Act if act is not Act.DECLARE]), RULE)
RULES = st.builds(lambda rule, acts: {**rule, "acts": acts}, RULE, ACT_RULES)
GOVERNANCE = st.builds(
    lambda rules, services: {**rules, "services": services},
    RULES,
    st.dictionaries(st.sampled_from(SERVICES[:6]), RULES, max_size=3),
)
SOME = st.lists(st.sampled_from(SERVICES[:6]), max_size=3, unique=True)
PEOPLE = [ADA, CLEO, GUS, HAL, UserId("U0BOB"), UserId("U0EVE"), UserId("U0NOBODY")]


def under(rules: dict[str, Any]) -> Handbook:
    world = _WORLD.model_copy(update={"governance": Governance.model_validate(rules)})
    return Handbook(playbook=PLAIN.playbook, catalogue=world)


_WORLD = governed(None).catalogue


@given(rules=GOVERNANCE, services=SOME, act=st.sampled_from(Act))
def test_exactly_one_rule_answers_and_silence_ends_within_the_veto(
    rules: dict[str, Any], services: list[ServiceName], act: Act
) -> None:
    handbook = under(rules)
    ruling = authority(act, services, handbook)
    assert ruling == authority(act, reversed(services), handbook), "the order of services says nothing"
    assert ruling.centre, "there is always somebody at the centre"
    assert ruling.rule.startswith(("G-default", *(f"G-{service}" for service in services)))
    assert (ruling.model is Model.FEDERATED) <= (ruling.cosignature is not None)
    if ruling.cosignature is not None:
        assert timedelta(0) < ruling.cosignature.veto <= timedelta(minutes=15)
        assert ruling.cosignature.who == ruling.centre
        assert act is not Act.DECLARE or ruling.cosignature.silence is Silence.STANDS


@settings(max_examples=60)
@given(
    rules=GOVERNANCE,
    services=SOME,
    action=st.sampled_from(GOVERNED),
    user=st.sampled_from(PEOPLE),
    commander=st.sampled_from(PEOPLE),
)
def test_a_refusal_names_who_may_and_the_rule_and_no_word_is_skipped(
    rules: dict[str, Any], services: list[ServiceName], action: Action, user: UserId, commander: UserId
) -> None:
    handbook, tenure, incident = under(rules), commanded_by(commander), on(*services)
    actor = Actor(user=user)
    verdict = may(actor, action, handbook=handbook, tenure=tenure, incident=incident)
    assert verdict.rule
    if verdict.allowed and verdict.cosignature is None:
        require(actor, action, handbook=handbook, tenure=tenure, incident=incident)
        return
    with pytest.raises(ProtocolError) as no:
        require(actor, action, handbook=handbook, tenure=tenure, incident=incident)
    assert verdict.rule in str(no.value)
    who = verdict.cosignature.who if verdict.cosignature else verdict.who_may
    assert all(f"<@{other}>" in str(no.value) for other in who)
    assert user not in who
    if verdict.cosignature is None:
        for other in who:
            assert may(Actor(user=other), action, handbook=handbook, tenure=tenure, incident=incident).allowed


def test_without_rules_everybody_may_what_they_ever_could() -> None:
    for action in GOVERNED:
        for user in (ADA, GUS, UserId("U0EVE"), UserId("U0NOBODY")):
            plain = may(Actor(user=user), action, handbook=PLAIN, tenure=commanded_by(ADA), incident=INCIDENT)
            same = may(
                Actor(user=user),
                action,
                handbook=governed({"model": "decentralised"}),
                tenure=commanded_by(ADA),
                incident=INCIDENT,
            )
            assert plain == same
            assert plain.cosignature is None


def test_the_rules_that_the_example_shows_are_rules() -> None:
    text = CATALOGUE.read_text(encoding="utf-8")
    shown = text[text.index("# governance:") : text.index("\nchannels:")]
    rules = yaml.safe_load("\n".join(line.removeprefix("# ") for line in shown.splitlines()))
    handbook = governed(rules["governance"])
    assert authority(Act.EXEMPT, (PAYMENTS,), handbook).rule == "G-payments.exempt"
    assert authority(Act.RELEASE, (SEARCH,), handbook).cosignature is not None
    assert list(doubtful(handbook)) == []
