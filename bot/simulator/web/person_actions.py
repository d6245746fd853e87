"""Person actions on the page: each is one of the methods of the simulated Slack's `Person`.

It decides nothing: the simulated Slack decides whether somebody sees a button or may post somewhere, and the bot whether
they may clear a pipeline. It only words what Slack's client would show them.
"""

from abc import abstractmethod
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from bot.simulator.slack import Answer, Button, ModalButton, NotPossibleError, Person
from bot.simulator.web.simulation import STARTS_WITHIN, Simulation

LONGEST = 12_000
"""Characters of a text; Slack's client sends no more."""

Text = Annotated[str, Field(max_length=LONGEST)]
ActionResult = dict[str, Any]
"""`error` is the error that Slack's client shows, or None; a menu's answer has `options`, too."""


class _Action(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    who: Annotated[str, Field(alias="as")]
    """A person's name."""
    waits_for_bot: ClassVar[bool] = True
    """Whether it is delivered to the bot, and so waits for one that is starting."""

    @abstractmethod
    async def by(self, person: Person, simulation: Simulation) -> ActionResult:
        """Do it as this person.

        Raises:
            NotPossibleError: Slack's client would not let them.
        """


class Types(_Action):
    do: Literal["types"]
    place: str
    text: Text

    async def by(self, person: Person, simulation: Simulation) -> ActionResult:
        place = person.place(self.place)
        if not person.can_write_in(place):
            raise NotPossibleError(f"{person.name} cannot post there")
        if not self.text.startswith("/"):
            person.says(self.text, channel=place)
            return _result()
        command = self.text.split(maxsplit=1)[0]
        if command not in {known.command for known in simulation.manifest.commands}:
            return _result(f"{command} is not a valid command.")
        return _answered(await person.types(self.text, channel=place), command)


class Presses(_Action):
    """A button of the modal or of Home (`view`), or of a message as it was in one of its versions.

    Where it asks for confirmation, the person gave it on the page.
    """

    do: Literal["presses"]
    block: str
    action: str
    view: Literal["modal", "home"] | None = None
    place: str = ""
    ts: str = ""
    version: Annotated[int, Field(ge=0)] = 0

    async def by(self, person: Person, _world: Simulation) -> ActionResult:
        button: Button | ModalButton
        if self.view is not None:
            button = person.button_in(self.view, block_id=self.block, action_id=self.action)
        else:
            message = person.message(self.place, self.ts)
            button = person.button_on(
                message, version=self.version, block_id=self.block, action_id=self.action
            )
        return _answered(await person.presses(button), "The button")


class Fills(_Action):
    do: Literal["fills"]
    block: str
    value: Text | list[Text]

    async def by(self, person: Person, _world: Simulation) -> ActionResult:
        return _answered(await person.fills(self.block, self.value), "The form")


class LooksFor(_Action):
    do: Literal["looks_for"]
    block: str
    typed: Text

    async def by(self, person: Person, _world: Simulation) -> ActionResult:
        found = await person.looks_for(self.typed, block=self.block)
        error = found.error and f"The options could not be loaded ({found.error})."
        options = [{"label": option.label, "value": option.value} for option in found.options]
        return {**_result(error), "options": options}


class Submits(_Action):
    do: Literal["submits"]
    values: dict[str, Text | list[Text]] = {}

    async def by(self, person: Person, _world: Simulation) -> ActionResult:
        return _answered(await person.submits(**self.values), "The form")


class Closes(_Action):
    waits_for_bot = False
    do: Literal["closes"]

    async def by(self, person: Person, _world: Simulation) -> ActionResult:
        return _answered(await person.closes_modal(), "The form")


class OpensHome(_Action):
    """Slack's client never shows what the app answers to it."""

    do: Literal["opens_home"]

    async def by(self, person: Person, _world: Simulation) -> ActionResult:
        await person.opens_home()
        return _result()


class UsesShortcut(_Action):
    do: Literal["uses_shortcut"]
    name: str

    async def by(self, person: Person, _world: Simulation) -> ActionResult:
        return _answered(await person.uses_shortcut(self.name), "The shortcut")


class Reads(_Action):
    waits_for_bot = False
    do: Literal["reads"]
    place: str
    thread: str | None = None

    async def by(self, person: Person, _world: Simulation) -> ActionResult:
        person.reads(person.place(self.place), thread=self.thread)
        return _result()


PersonAction = Annotated[
    Types | Presses | Fills | LooksFor | Submits | Closes | OpensHome | UsesShortcut | Reads,
    Field(discriminator="do"),
]


async def perform(action: PersonAction, person: Person, simulation: Simulation) -> ActionResult:
    """Do it as this person; the result says why if Slack's client does not allow it, or the bot does not start in time."""
    is_message = isinstance(action, Types) and not action.text.startswith("/")
    if action.waits_for_bot and not is_message and not await simulation.bot_has_started():
        return _result(
            f"The bot did not connect to Slack within {STARTS_WITHIN:g} s. Its log is in Simulation controls, API traffic."
        )
    try:
        return await action.by(person, simulation)
    except NotPossibleError as error:
        return _result(f"{error}.")


def _result(error: str | None = None) -> ActionResult:
    return {"error": error}


def _answered(answer: Answer, what: str) -> ActionResult:
    """The error that Slack's client shows if the app did not answer, or not as Slack requires."""
    return _result(answer.error and f"{what} failed with the error “{answer.error}”.")
