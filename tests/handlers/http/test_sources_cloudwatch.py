"""CloudWatch through SNS: JSON inside of JSON, and a subscription nobody opens by itself."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest

from handlers.http.sources.cloudwatch import confirmation
from playbooks.domain.signal import Signal, SignalKind, SignalStatus
from tests.handlers.http.test_sources import RECEIVED, STORED, at, parsed, refusal, stored

TOPIC = "arn:aws:sns:eu-west-1:123456789012:alarms"
ADDRESS = f"https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn={TOPIC}&Token=2336"


def alarm(**values: object) -> Signal:
    told: dict[str, Any] = {"AlarmName": "queue", "NewStateValue": "ALARM"} | values
    [signal] = parsed("cloudwatch", {"Type": "Notification", "Message": json.dumps(told)})
    return signal


def test_an_alarm() -> None:
    [signal] = stored("cloudwatch", "cloudwatch-alarm.json")
    assert signal == Signal(
        source="cloudwatch",
        dedup_key="arn:aws:cloudwatch:eu-west-1:123456789012:alarm:checkout-5xx-critical",
        origin="cloudwatch",
        status=SignalStatus.FIRING,
        kind=SignalKind.ALERT,
        severity=1,
        service_hint="checkout",
        env="production",
        title="checkout-5xx-critical",
        link="https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1"
        "#alarmsV2:alarm/checkout-5xx-critical",
        occurred_at=at(10, 0, 0, 123_000),
        starts_at=at(10, 0, 0, 123_000),
        ends_at=None,
        labels={"LoadBalancer": "app/shop/50dc6c495c0c9188"},
    )


@pytest.mark.parametrize(
    ("state", "expected"), [("ALARM", "firing"), ("OK", "resolved"), ("INSUFFICIENT_DATA", "nodata")]
)
def test_states(state: str, expected: str) -> None:
    assert alarm(NewStateValue=state).status == expected


def test_the_end_is_the_change_of_the_state() -> None:
    signal = alarm(NewStateValue="OK", StateChangeTime="2026-06-02T10:04:00.000+0000")
    assert (signal.starts_at, signal.ends_at, signal.occurred_at) == (None, at(10, 4), at(10, 4))


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        pytest.param({"AlarmDescription": "severity=high"}, 2, id="said"),
        pytest.param({"AlarmDescription": "Severity: P4 whatever"}, 4, id="said otherwise"),
        pytest.param({"AlarmName": "P2 checkout errors"}, 2, id="the first word of the name"),
        pytest.param({"AlarmName": "checkout/sev0"}, 1, id="the last word of the name"),
        pytest.param({"AlarmName": "checkout-error"}, 3, id="what is measured is no severity"),
        pytest.param({"AlarmName": "memory-low"}, 3, id="neither is how much of it"),
        pytest.param({"AlarmName": "!!!", "AlarmDescription": None}, 3, id="nothing"),
    ],
)
def test_a_severity_where_there_is_no_field_for_it(values: dict[str, object], expected: int) -> None:
    signal = alarm(**values)
    assert (signal.severity, "unknown_severity" in signal.labels) == (expected, False)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"AlarmDescription": "service = shop/checkout"}, "shop/checkout"),
        (
            {"Trigger": {"Dimensions": [{"name": "A", "value": "x"}, {"name": "ServiceName", "value": "y"}]}},
            "y",
        ),
        (
            {"Trigger": {"Dimensions": [{"name": "QueueName", "value": "orders"}], "Namespace": "AWS/SQS"}},
            "orders",
        ),
        ({"Trigger": {"Dimensions": "none", "Namespace": "AWS/SQS"}}, "AWS/SQS"),
        ({"Trigger": None}, "queue"),
    ],
)
def test_the_service(values: dict[str, object], expected: str) -> None:
    assert alarm(**values).service_hint == expected


def test_an_alarm_without_a_name_of_its_own_is_known_by_account_and_region() -> None:
    signal = alarm(AWSAccountId="1", Region="EU", StateChangeTime="yesterday")
    assert (signal.dedup_key, signal.occurred_at, signal.link) == ("1:EU:queue", RECEIVED, "")


def test_a_bare_alarm_is_read_too() -> None:
    [signal] = parsed("cloudwatch", {"AlarmName": "queue", "NewStateValue": "OK"})
    assert signal.status is SignalStatus.RESOLVED


def test_a_subscription_is_put_aside_with_its_address_for_an_operator() -> None:
    told = json.loads((STORED / "cloudwatch-confirmation.json").read_text())
    says = refusal("cloudwatch", told)
    assert says == f"{TOPIC} asks for a confirmation. If you subscribed it, open {told['SubscribeURL']}"


def test_an_address_that_is_not_of_sns_is_not_shown() -> None:
    told = {"Type": "SubscriptionConfirmation", "TopicArn": TOPIC, "SubscribeURL": "https://evil.example/?x"}
    assert "evil" not in refusal("cloudwatch", told)
    assert "Do not open it" in refusal("cloudwatch", told)
    assert "<!channel>" not in refusal("cloudwatch", told | {"TopicArn": "<!channel>"})


@pytest.mark.parametrize(
    "address",
    [
        pytest.param(ADDRESS, id="as SNS writes it"),
        pytest.param(ADDRESS.replace(TOPIC, quote(TOPIC, safe="")), id="escaped"),
    ],
)
def test_the_address_of_sns(address: str) -> None:
    assert confirmation(TOPIC, address) == address


@pytest.mark.parametrize(
    "address",
    [
        pytest.param("", id="none"),
        pytest.param(ADDRESS.replace("https", "http"), id="in the clear"),
        pytest.param(ADDRESS.replace("https", "javascript"), id="a script"),
        pytest.param(ADDRESS.replace("amazonaws.com", "amazonaws.com.evil.example"), id="a longer host"),
        pytest.param(ADDRESS.replace("sns.", "evil-sns."), id="another host of the provider"),
        pytest.param(ADDRESS.replace("sns.eu-west-1.", ""), id="a shorter host"),
        pytest.param(ADDRESS.replace("eu-west-1.", "us-east-1."), id="another region"),
        pytest.param(ADDRESS.replace("sns.eu", "user@sns.eu"), id="a user"),
        pytest.param(
            ADDRESS.replace("sns.eu", "sns.eu-west-1.amazonaws.com@evil.example/?sns.eu"), id="a host as user"
        ),
        pytest.param(ADDRESS.replace(".com/", ".com:8443/"), id="a port"),
        pytest.param(ADDRESS.replace(".com/", ".com\\@evil.example/"), id="a backslash"),
        pytest.param(ADDRESS.replace(".com/", ".com/other/"), id="a path"),
        pytest.param(ADDRESS + "#x", id="a fragment"),
        pytest.param(ADDRESS + " x", id="a blank"),
        pytest.param(ADDRESS + "\n", id="a line"),
        pytest.param(ADDRESS + "é", id="beyond ASCII"),
        pytest.param(ADDRESS + "x" * 2000, id="without end"),
        pytest.param(ADDRESS.replace("Confirm", "Un"), id="another action"),
        pytest.param(ADDRESS + "&Action=Unsubscribe", id="two actions"),
        pytest.param(ADDRESS.replace("alarms", "others"), id="another topic"),
        pytest.param("https://[sns/", id="no address"),
    ],
)
def test_every_other_address_is_kept_from_operators(address: str) -> None:
    assert confirmation(TOPIC, address) == ""


def test_only_a_topic_can_be_confirmed() -> None:
    assert confirmation("", ADDRESS) == confirmation("arn:aws:sqs:x", ADDRESS) == ""


def test_operators_learn_that_a_topic_left() -> None:
    says = refusal("cloudwatch", {"Type": "UnsubscribeConfirmation", "TopicArn": TOPIC})
    assert says == f"{TOPIC} was unsubscribed: its alarms do not reach us any more."


@pytest.mark.parametrize(
    ("told", "says"),
    [
        pytest.param({"Type": "Notification", "Message": "hello"}, "Invalid JSON", id="a test message"),
        pytest.param({"Type": "Notification", "Message": "{}"}, "AlarmName: Field required", id="no alarm"),
        pytest.param({"Type": "Notification"}, "Invalid JSON", id="no message"),
        pytest.param({"Type": "Other"}, "Type: ", id="another type"),
        pytest.param({"Type": "Notification", "Message": {}}, "Message: ", id="a message that is no text"),
        pytest.param({"AlarmName": "a", "NewStateValue": "MAYBE"}, "NewStateValue: ", id="another state"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_place(told: dict[str, object], says: str) -> None:
    assert says in refusal("cloudwatch", told)
