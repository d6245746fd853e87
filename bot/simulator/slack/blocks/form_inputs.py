"""The inputs of a modal: what a person can put into each, and what Slack sends the app of it.

Text fields, menus of options that the app is asked for, and checkboxes. It holds no state; the view
has the values.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.simulator.slack.rendering.mrkdwn_tokens import unescape
from bot.simulator.slack.state.messages import Block

Key = tuple[str, str]
"""A block's id and its element's action id: by these Slack names an input."""
Values = dict[Key, tuple[str, ...]]
"""The value of each input: the text, or the values of the options picked; `()` if empty."""

_TYPED = "plain_text_input"
_PICKED = "external_select"
_TICKED = "checkboxes"
SHORTEST_QUERY = 3
"""Default number of characters typed into a menu before the app is asked for options."""


class InvalidInputError(Exception):
    """The input does not accept that: Slack would not let a person enter it."""


@dataclass(frozen=True, slots=True)
class Option:
    """An option as it is shown; the app gets its value."""

    label: str
    value: str
    description: str | None = None


@dataclass(frozen=True, slots=True)
class Input:
    """`suggested` are the options that the app was asked for and that were picked, or can be picked now."""

    block: Block
    suggested: tuple[Block, ...] = ()

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
    def queries_app(self) -> bool:
        """Whether its options are those the app suggests for what is typed into it."""
        return self._type == _PICKED

    @property
    def is_ticked(self) -> bool:
        return self._type == _TICKED

    @property
    def shortest_query(self) -> int:
        said = self._element.get("min_query_length")
        return SHORTEST_QUERY if said is None else int(said)

    @property
    def options(self) -> tuple[Option, ...]:
        """What can be picked now: of a menu that asks the app, what it suggested last and what is picked."""
        return tuple(option_of(option) for option in self._options)

    @property
    def reports_at_once(self) -> bool:
        """Whether the app is notified of a change before the view is submitted."""
        return bool(self.block.get("dispatch_action", False))

    @property
    def initial(self) -> tuple[str, ...]:
        """Its initial value."""
        if text := self._element.get("initial_value"):
            return (str(text),)
        picked = self._element.get("initial_options") or [self._element.get("initial_option")]
        return tuple(option["value"] for option in picked if option)

    def takes(self, given: str | Sequence[str]) -> tuple[str, ...]:
        """Its value for what a person gives: a text, or the labels (or values) of options.

        Raises:
            CannotPutInError: too short or too long, no such option, or several where one is picked.
        """
        wanted = (given,) if isinstance(given, str) else tuple(given)
        if self._type == _TYPED:
            return self._checked_text("".join(wanted))
        if self._type == _PICKED and len(wanted) > 1:
            raise InvalidInputError(f"{self.label!r} takes one option")
        return tuple(self._option(each)["value"] for each in wanted)

    def among(self, standing: tuple[str, ...]) -> tuple[Block, ...]:
        """The suggested options that are picked in it."""
        return tuple(option for option in self.suggested if option["value"] in standing)

    def state(self, standing: tuple[str, ...]) -> dict[str, Any]:
        """What Slack sends of it (`state.values`): no text and no option are null."""
        if self._type == _TYPED:
            return {"type": self._type, "value": standing[0] if standing else None}
        options = [self._reported(self._option(value)) for value in standing]
        if self._type == _TICKED:
            return {"type": self._type, "selected_options": options}
        return {"type": self._type, "selected_option": options[0] if options else None}

    def told(self, standing: tuple[str, ...]) -> dict[str, Any]:
        """What Slack sends of a change of it, under `actions`."""
        block_id, action_id = self.key
        placeholder = self._element.get("placeholder")
        more = {} if placeholder is None else {"placeholder": placeholder}
        return {"block_id": block_id, "action_id": action_id, **self.state(standing), **more}

    def shown(self, standing: tuple[str, ...]) -> str:
        """How a person sees it filled in; checkboxes all, ticked or not."""
        if self._type == _TYPED:
            return "".join(standing)
        if self.is_ticked:
            return " ".join(
                f"{'☑' if option['value'] in standing else '☐'} {unescape(option['text']['text'])}"
                for option in self._options
            )
        return ", ".join(unescape(self._option(value)["text"]["text"]) for value in standing)

    def _checked_text(self, text: str) -> tuple[str, ...]:
        shortest = self._element.get("min_length", 0)
        longest = self._element.get("max_length", 3000)
        if text and not shortest <= len(text) <= longest:
            raise InvalidInputError(f"{self.label!r} takes {shortest} to {longest} characters")
        return (text,) if text else ()

    def _option(self, wanted: str) -> Mapping[str, Any]:
        for option in self._options:
            if wanted in {option["value"], unescape(option["text"]["text"])}:
                return option
        raise InvalidInputError(f"{self.label!r} has no option {wanted!r}")

    @property
    def _options(self) -> Sequence[Mapping[str, Any]]:
        if self.queries_app:
            initial = self._element.get("initial_option")
            return [*self.suggested, *([initial] if initial else [])]
        options: Sequence[Mapping[str, Any]] = self._element.get("options", ())
        return options

    @staticmethod
    def _reported(option: Mapping[str, Any]) -> dict[str, Any]:
        return {part: option[part] for part in ("text", "value", "description") if part in option}

    @property
    def _element(self) -> Block:
        element: Block = self.block["element"]
        return element

    @property
    def _type(self) -> str:
        return str(self._element["type"])


def option_of(sent: Mapping[str, Any]) -> Option:
    """An option as the app sent it."""
    description = sent.get("description")
    return Option(
        unescape(sent["text"]["text"]), sent["value"], description and unescape(description["text"])
    )


Suggested = Mapping[Key, tuple[Block, ...]]
"""The options that the app was asked for, by input."""


def inputs(blocks: Sequence[Block], suggested: Suggested) -> Iterator[Input]:
    for block in blocks:
        if block["type"] == "input":
            each = Input(block)
            yield Input(block, suggested.get(each.key, ()))


def carried_over(blocks: Sequence[Block], standing: Values) -> Values:
    """The values of the inputs of `blocks` that replace others: an input of the same ids keeps its value."""
    return {each.key: standing.get(each.key, each.initial) for each in inputs(blocks, {})}


def state_of(blocks: Sequence[Block], standing: Values, suggested: Suggested) -> dict[str, Any]:
    """`view.state` as payloads carry it."""
    values: dict[str, dict[str, Any]] = {}
    for each in inputs(blocks, suggested):
        block_id, action_id = each.key
        values[block_id] = {action_id: each.state(standing.get(each.key, ()))}
    return {"values": values}
