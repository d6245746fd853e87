"""The inputs of a modal: what a person can put into each, and what Slack tells the app of it.

Text fields, menus of fixed options, radio buttons and checkboxes. Whatever else a view asks for is shown and sent empty:
nobody can fill it in here. It holds no state; what stands in an input is the view's.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.simulator.slack.messages import Block
from bot.simulator.slack.mrkdwn import unescape

Key = tuple[str, str]
"""A block's id and its element's action id: by these Slack names an input."""
Values = dict[Key, tuple[str, ...]]
"""What stands in each input: the text, or the values of the options picked; nothing is `()`."""

_TYPED = frozenset({"plain_text_input", "email_text_input", "url_text_input", "number_input"})
_PICKED = frozenset({"static_select", "radio_buttons"})
_TICKED = frozenset({"checkboxes", "multi_static_select"})


class CannotPutInError(Exception):
    """The input does not take that: Slack would not let a person do it."""


@dataclass(frozen=True, slots=True)
class Input:
    block: Block

    @property
    def block_id(self) -> str:
        return str(self.block["block_id"])

    @property
    def key(self) -> Key:
        return self.block_id, str(self._element["action_id"])

    @property
    def label(self) -> str:
        return unescape(self.block["label"]["text"])

    @property
    def is_optional(self) -> bool:
        return bool(self.block.get("optional", False))

    @property
    def initial(self) -> tuple[str, ...]:
        """What stands in it before anybody touched it."""
        if text := self._element.get("initial_value"):
            return (str(text),)
        picked = self._element.get("initial_options") or [self._element.get("initial_option")]
        return tuple(option["value"] for option in picked if option)

    def takes(self, given: str | Sequence[str]) -> tuple[str, ...]:
        """What stands in it once a person put `given` in: a text, or the labels (or values) of options.

        Raises:
            CannotPutInError: too short or too long, no such option, or several where one is picked.
        """
        wanted = (given,) if isinstance(given, str) else tuple(given)
        if self._type in _TYPED:
            return self._checked_text("".join(wanted))
        if self._type not in _PICKED | _TICKED:
            raise CannotPutInError(f"a {self._type} is not simulated")
        if self._type in _PICKED and len(wanted) > 1:
            raise CannotPutInError(f"{self.label!r} takes one option")
        return tuple(self._option(each)["value"] for each in wanted)

    def state(self, standing: tuple[str, ...]) -> dict[str, Any]:
        """What Slack sends of it (`state.values`): no text and no option are null."""
        if self._type in _TYPED:
            return {"type": self._type, "value": standing[0] if standing else None}
        options = [self._told(self._option(value)) for value in standing]
        if self._type in _TICKED:
            return {"type": self._type, "selected_options": options}
        if self._type in _PICKED:
            return {"type": self._type, "selected_option": options[0] if options else None}
        return {"type": self._type}

    def shown(self, standing: tuple[str, ...]) -> str:
        """How a person sees it filled in."""
        if self._type in _TYPED:
            return "".join(standing)
        return ", ".join(unescape(self._option(value)["text"]["text"]) for value in standing)

    def _checked_text(self, text: str) -> tuple[str, ...]:
        shortest = self._element.get("min_length", 0)
        longest = self._element.get("max_length", 3000)
        if text and not shortest <= len(text) <= longest:
            raise CannotPutInError(f"{self.label!r} takes {shortest} to {longest} characters")
        return (text,) if text else ()

    def _option(self, wanted: str) -> Mapping[str, Any]:
        grouped = [option for group in self._element.get("option_groups", []) for option in group["options"]]
        options: list[Mapping[str, Any]] = self._element.get("options", grouped)
        for option in options:
            if wanted in {option["value"], unescape(option["text"]["text"])}:
                return option
        raise CannotPutInError(f"{self.label!r} has no option {wanted!r}")

    @staticmethod
    def _told(option: Mapping[str, Any]) -> dict[str, Any]:
        return {part: option[part] for part in ("text", "value", "description") if part in option}

    @property
    def _element(self) -> Block:
        element: Block = self.block["element"]
        return element

    @property
    def _type(self) -> str:
        return str(self._element["type"])


def inputs(blocks: Sequence[Block]) -> Iterator[Input]:
    return (Input(block) for block in blocks if block["type"] == "input")


def carried_over(blocks: Sequence[Block], standing: Values) -> Values:
    """What stands in the inputs of `blocks` that replace others: an input of the same ids keeps what it had."""
    return {each.key: standing.get(each.key, each.initial) for each in inputs(blocks)}


def state_of(blocks: Sequence[Block], standing: Values) -> dict[str, Any]:
    """`view.state` as payloads carry it."""
    values: dict[str, dict[str, Any]] = {}
    for each in inputs(blocks):
        block_id, action_id = each.key
        values[block_id] = {action_id: each.state(standing.get(each.key, ()))}
    return {"values": values}
