"""What a person does in the modal on their screen, input by input: look for an option, pick one, tick, type, submit.

Only what the client offers is possible: an option that is not shown cannot be picked, and a text that does not fit
cannot be typed.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.simulator.slack.blocks.form_inputs import Input, InvalidInputError
from bot.simulator.slack.delivery.interactions import Answer
from bot.simulator.slack.delivery.modal_interactions import Modals, Suggestions
from bot.simulator.slack.errors import NotPossibleError
from bot.simulator.slack.state.open_views import View
from bot.simulator.slack.state.profiles import Profile


@dataclass(frozen=True, slots=True)
class Filling:
    person: Profile
    view: View
    modals: Modals

    async def looks_for(self, typed: str, *, block: str | None = None) -> Suggestions:
        """Type into the menu that asks the app for its options (of several, that one), and see what it suggests.

        Raises:
            NotPossibleError: there is no such menu, or it wants more to be typed first.
        """
        menu = self._menu(block)
        if len(typed) < menu.shortest_query:
            raise NotPossibleError(f"{menu.label!r} needs at least {menu.shortest_query} characters")
        return await self.modals.ask(self.person, self.view, menu, typed=typed)

    async def picks(self, label: str, *, block: str | None = None) -> Answer:
        """Pick one of the options that `looks_for` found.

        Raises:
            NotPossibleError: it is not among them.
        """
        return await self._puts(self._menu(block), label)

    async def ticks(self, label: str) -> Answer:
        """Tick the checkbox with this label, or untick it.

        Raises:
            NotPossibleError: there is none.
        """
        for boxes in [each for each in self.view.inputs if each.is_ticked]:
            try:
                (ticked,) = boxes.takes(label)
            except InvalidInputError:
                continue
            before = self.view.values[boxes.key]
            after = [*before, ticked] if ticked not in before else [each for each in before if each != ticked]
            return await self._puts(boxes, after)
        raise NotPossibleError(f"the modal has no checkbox {label!r}")

    async def fills(self, name: str, given: str | Sequence[str]) -> Answer:
        """Put `given` into the input with this label or block id: a text, or options by label or value.

        Raises:
            NotPossibleError: there is no such input, or it does not take that.
        """
        found = [each for each in self.view.inputs if name in {each.block_id, each.label}]
        labels = [each.label for each in self.view.inputs]
        return await self._puts(self._one(found, f"inputs {name!r}; there are {labels}"), given)

    async def submits(self) -> Answer:
        """Submit it as it is filled in.

        Raises:
            NotPossibleError: it has nothing to submit, or something that must be filled in is empty.
        """
        if "submit" not in self.view.body:
            raise NotPossibleError("the modal has nothing to submit")
        empty = [
            each.label for each in self.view.inputs if not each.is_optional and not self.view.values[each.key]
        ]
        if empty:
            raise NotPossibleError(
                f"{self.person.name} cannot submit it: {', '.join(empty)} must be filled in"
            )
        return await self.modals.submit(self.person, self.view)

    def _menu(self, block: str | None) -> Input:
        menus = [each for each in self.view.inputs if each.queries_app]
        found = [each for each in menus if block is None or block in {each.block_id, each.label}]
        return self._one(found, "menus that ask the app" if block is None else f"menus {block!r}")

    async def _puts(self, into: Input, given: str | Sequence[str]) -> Answer:
        try:
            self.view.values[into.key] = into.takes(given)
        except InvalidInputError as error:
            raise NotPossibleError(str(error)) from error
        return await self.modals.change(self.person, self.view, into)

    @staticmethod
    def _one(found: Sequence[Input], what: str) -> Input:
        if len(found) != 1:
            raise NotPossibleError(f"the modal has {len(found)} {what}")
        return found[0]
