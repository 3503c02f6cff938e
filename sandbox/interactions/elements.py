"""What a person can press, choose or type in, and what Slack reports of it.

Every interactive Block Kit element has one field that carries its answer
(``selected_option``, ``selected_user``, ``value``, …). The same field appears in
``actions[]`` of a block_actions payload and in ``state.values`` of a view or message.

Source: Slack docs, "Block elements" and "block_actions payload".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

Block = Mapping[str, Any]
Element = Mapping[str, Any]
Holds = Literal["text", "rich_text", "option", "user", "channel", "date", "time", "instant", "file"]


class ElementMissing(Exception):
    """No element of the surface fits; the message lists those a person can see."""


class ChoiceRefused(Exception):
    """The element does not offer what was chosen."""


class Directory(Protocol):
    """Turns the names that people type into the ids that Slack reports."""

    def user_id(self, name: str) -> str: ...

    def channel_id(self, name: str) -> str: ...


@dataclass(frozen=True, slots=True)
class Kind:
    """How an element type reports its answer."""

    field: str
    holds: Holds
    many: bool = False

    @property
    def initial(self) -> str:
        """The element key that pre-fills the answer."""
        return "initial_" + self.field.removeprefix("selected_").removeprefix("rich_text_")


STATEFUL: Mapping[str, Kind] = {
    "plain_text_input": Kind("value", "text"),
    "email_text_input": Kind("value", "text"),
    "url_text_input": Kind("value", "text"),
    "number_input": Kind("value", "text"),
    "rich_text_input": Kind("rich_text_value", "rich_text"),
    "file_input": Kind("files", "file", many=True),
    "static_select": Kind("selected_option", "option"),
    "external_select": Kind("selected_option", "option"),
    "radio_buttons": Kind("selected_option", "option"),
    "multi_static_select": Kind("selected_options", "option", many=True),
    "multi_external_select": Kind("selected_options", "option", many=True),
    "checkboxes": Kind("selected_options", "option", many=True),
    "users_select": Kind("selected_user", "user"),
    "multi_users_select": Kind("selected_users", "user", many=True),
    "channels_select": Kind("selected_channel", "channel"),
    "multi_channels_select": Kind("selected_channels", "channel", many=True),
    "conversations_select": Kind("selected_conversation", "channel"),
    "multi_conversations_select": Kind("selected_conversations", "channel", many=True),
    "datepicker": Kind("selected_date", "date"),
    "timepicker": Kind("selected_time", "time"),
    "datetimepicker": Kind("selected_date_time", "instant"),
}

# An overflow menu forgets its choice at once, so it is not part of any state.
MOMENTARY: Mapping[str, Kind] = {"overflow": Kind("selected_option", "option")}
PRESSABLE = frozenset({"button", "icon_button", "workflow_button"})
FEEDBACK = "feedback_buttons"
_HOLDERS: Mapping[str, str] = {"container": "child_blocks", "carousel": "elements"}
_ECHOED = ("text", "value", "style", "placeholder", "timezone")


@dataclass(frozen=True, slots=True, kw_only=True)
class Located:
    """An element and the block it stands in."""

    block: Block
    element: Element

    @property
    def key(self) -> tuple[str, str]:
        """``(block_id, action_id)``: how state and payloads name the element."""
        return str(self.block.get("block_id", "")), str(self.element.get("action_id", ""))

    @property
    def kind(self) -> Kind | None:
        """None for buttons, which hold no answer."""
        type_ = str(self.element.get("type"))
        return STATEFUL.get(type_) or MOMENTARY.get(type_)

    @property
    def label(self) -> str:
        """What a person reads on or above the element."""
        if self.block.get("type") == "input":
            return plain(self.block.get("label"))
        shown = self.element.get("text") or self.element.get("placeholder") or {}
        return plain(shown) or str(
            self.element.get("accessibility_label") or self.element.get("alt_text") or ""
        )


def plain(text: object) -> str:
    """The characters of a text object, or of a bare string."""
    if isinstance(text, Mapping):
        return str(text.get("text") or "")
    return text if isinstance(text, str) else ""


def located(blocks: Sequence[Block]) -> Iterator[Located]:
    """Every interactive element of a surface, top-down."""
    for block in unwrapped(blocks):
        for element in _elements_of(block):
            if _is_interactive(element):
                yield Located(block=block, element=element)


def unwrapped(blocks: Sequence[Block]) -> Iterator[Block]:
    """The blocks and those that they hold: children of containers, cards of carousels."""
    for block in blocks:
        yield block
        yield from unwrapped(block.get(_HOLDERS.get(str(block.get("type")), ""), ()))


def find(
    blocks: Sequence[Block],
    *,
    action_id: str | None = None,
    block_id: str | None = None,
    label: str | None = None,
    value: str | None = None,
) -> Located:
    """The first element that fits everything given; raises ElementMissing.

    A label matches the whole visible text, ignoring case; failing that, a part of it. ``value``
    tells apart elements that share an action_id; it is ignored when none carries it.
    """
    candidates = [
        each
        for each in located(blocks)
        if action_id in (None, each.key[1]) and block_id in (None, each.key[0]) and _labelled(each, label)
    ]
    exact = [each for each in candidates if label is None or each.label.casefold() == label.casefold()]
    valued = [
        each for each in exact or candidates if value is not None and each.element.get("value") == value
    ]
    for found in valued or exact or candidates:
        return found
    seen = ", ".join(f"{each.label!r} ({each.key[1]})" for each in located(blocks))
    raise ElementMissing(f"No element fits {label or action_id or block_id!r}. There are: {seen or 'none'}.")


def answer(place: Located, given: object, directory: Directory) -> dict[str, Any]:
    """The state fields that result from choosing or typing ``given``; None clears the element."""
    kind = place.kind
    if kind is None:
        raise ChoiceRefused(f"{place.label or place.key[1]!r} is a button: press it.")
    if kind.many:
        values = [] if given is None else list(given) if isinstance(given, (list, tuple)) else [given]
        return {kind.field: [_one(place, kind, each, directory) for each in values]}
    return {kind.field: None if given is None else _one(place, kind, given, directory)}


def initial(place: Located) -> dict[str, Any]:
    """The answer that an untouched element already shows."""
    kind = place.kind
    if kind is None:
        return {}
    return {kind.field: place.element.get(kind.initial, [] if kind.many else None)}


def reported(place: Located, chosen: Mapping[str, Any], *, action_ts: str) -> dict[str, Any]:
    """One entry of ``actions[]`` in a block_actions payload."""
    kept = {key: place.element[key] for key in _ECHOED if key in place.element}
    if place.kind is not None:
        kept |= {key: value for key, value in place.element.items() if key.startswith("initial_")}
    block_id, action_id = place.key
    head = {"type": place.element["type"], "block_id": block_id, "action_id": action_id}
    return {**head, **kept, **chosen, "action_ts": action_ts}


def _elements_of(block: Block) -> Iterator[Element]:
    match block.get("type"):
        case "actions" | "context_actions":
            yield from block.get("elements") or ()
        case "card":
            yield from block.get("actions") or ()
        case "section" if "accessory" in block:
            yield block["accessory"]
        case "input":
            yield block["element"]
        case _:
            return


def _is_interactive(element: Element) -> bool:
    type_ = element.get("type")
    return type_ in STATEFUL or type_ in MOMENTARY or type_ in PRESSABLE or type_ == FEEDBACK


def _labelled(place: Located, label: str | None) -> bool:
    if label is None:
        return True
    shown = [place.label, *(plain(each.get("text")) for each in options(place.element))]
    return any(label.casefold() in each.casefold() for each in shown)


def options(element: Element) -> list[Mapping[str, Any]]:
    """The options that an element lists, groups flattened; none for external selects."""
    groups = element.get("option_groups") or ()
    return [
        *(element.get("options") or ()),
        *(each for group in groups for each in group.get("options") or ()),
    ]


def _one(place: Located, kind: Kind, given: object, directory: Directory) -> object:
    reading: dict[Holds, Callable[[object], object]] = {
        "option": lambda chosen: _option(place, chosen),
        "user": lambda name: directory.user_id(str(name)),
        "channel": lambda name: directory.channel_id(str(name)),
        "instant": lambda at: int(str(at)),
        "rich_text": lambda written: _rich_text(written) if isinstance(written, str) else written,
        "file": lambda file: file,
    }
    return reading.get(kind.holds, str)(given)


def _option(place: Located, given: object) -> object:
    if isinstance(given, Mapping):
        return dict(given)
    offered = options(place.element)
    for option in offered:
        if given == option.get("value"):
            return dict(option)
    for option in offered:
        if str(given).casefold() == plain(option.get("text")).casefold():
            return dict(option)
    if str(place.element["type"]).endswith("external_select"):
        return {"text": {"type": "plain_text", "text": str(given), "emoji": True}, "value": str(given)}
    names = ", ".join(repr(plain(each.get("text"))) for each in offered)
    raise ChoiceRefused(f"{place.label or place.key[1]!r} does not offer {given!r}. It offers: {names}.")


def _rich_text(text: str) -> dict[str, Any]:
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}
    return {"type": "rich_text", "elements": [section]}
