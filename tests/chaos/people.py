"""What people do at their keyboards in a chaos run: type, press, and fill in, as far as Slack's client lets them."""

from bot.simulator.slack import Button, Message
from bot.simulator.slack.errors import NotPossibleError
from tests.chaos.acts import Act, Acting

NEWEST = 30  # messages that people look at
SHORT = 6  # characters of an id that people type
PREVIEWS = 2  # for one request
GOING_ON = ("Ask for approval", "Clear ", "Stop", "Start ", "Run as", "Ask to")


class People(Acting):
    def asks(self, who: str, text: str, *, goes_on: bool) -> None:
        self.types(who, text)
        if goes_on:
            self._goes_on(who)

    def _goes_on(self, who: str) -> None:
        """Press what the newest preview offers, and fill in what opens then; stopping it first is a preview of its own."""
        for _ in range(PREVIEWS):
            newest = self.world.people[who].person.ephemerals[-1:]
            offered = [each for message in newest for each in self._on(who, message)]
            going = [each for each in offered if _label(each).startswith(GOING_ON)]
            if going:
                self.presses_button(who, going[0])

    def types(self, who: str, text: str) -> None:
        person = self.world.people[who].person
        self._does(
            self.act(who, "typed", text, text),
            person.types(f"/pipeline {text}", channel="ops"),
        )

    def looks(self, who: str, text: str) -> None:
        self.types(who, text)

    def types_id(self, who: str, verb: str, which: int) -> None:
        ids = self._known_requests()
        if ids:
            about = ids[-1 - which % len(ids)]
            self.types(who, f"{verb} {about[:SHORT]}{' not now' if verb == 'deny' else ''}")
            if verb == "approve":
                found = [
                    each
                    for each in self._buttons(who)
                    if _label(each) == "Approve" and each.message.ephemeral_to
                ]
                if found:
                    self.presses_button(who, found[-1])

    def decides(self, who: str, label: str, which: int) -> None:
        found = [each for each in self._buttons(who) if _label(each) == label]
        if label in {"Withdraw", "Cancel request"} and found:  # mostly the one who asked
            about = found[-1 - which % len(found)].element.get("value")
            own = [act.who for act in self.acts if act.about == about and act.how == "pressed"]
            who = own[0] if own else who
        if found:
            self.presses_button(who, found[-1 - which % len(found)])

    def presses(self, who: str, which: int) -> None:
        found = self._buttons(who)
        if found:
            self.presses_button(who, found[-1 - which % len(found)])

    def approve_at_once(self, first: str, second: str) -> None:
        pressed = []
        for who in dict.fromkeys((first, second)):
            found = [each for each in self._buttons(who) if _label(each) == "Approve"]
            if found:
                pressed.append(
                    (self._pressing(who, found[-1]), self.world.people[who].person.presses(found[-1]))
                )
        if pressed:
            self._do(pressed)

    def presses_button(self, who: str, button: Button) -> None:
        person = self.world.people[who].person
        self._does(self._pressing(who, button), person.presses(button))
        if person.modal is not None:
            self._fills_in(who)

    def _pressing(self, who: str, button: Button) -> Act:
        about = str(button.element.get("value", ""))
        return self.act(who, "pressed", about, _label(button))

    def _fills_in(self, who: str) -> None:
        """The one input of a modal: a pipeline's name where it is asked for, otherwise a reason."""
        person = self.world.people[who].person
        modal = person.modal
        if modal is None:
            return
        if "submit" in modal.body:
            about = str(modal.body.get("private_metadata", ""))
            title = modal.body["title"]["text"]
            answer = self._named(about) if "break-glass" in title else "not now"
            act = self.act(who, "submitted", about, title)
            self._does(act, person.submits(answer=answer))
        self._closes(who)

    def _named(self, about: str) -> str:
        """The pipeline of a request, as its requester remembers it."""
        (found,) = self.world.reader.execute(
            "SELECT max(pipeline) FROM operations WHERE id = ?", (about,)
        ).fetchone()
        return str(found or "orders")

    def _closes(self, who: str) -> None:
        person = self.world.people[who].person
        if person.modal is not None:
            try:
                self.world.run(person.closes_modal())
            except NotPossibleError:
                return

    def fills_form(self, who: str, pipeline: str) -> None:
        """`/pipeline clear` alone: choose, and submit."""
        person = self.world.people[who].person
        self.types(who, "clear")
        try:
            if person.modal is None:
                return
            found = self.world.does(person.looks_for(pipeline))
            if pipeline in found.labels:
                self.world.does(person.picks(pipeline))
                act = self.act(who, "submitted", pipeline, "form")
                self._does(act, person.submits(Reason="schema change"))
        except NotPossibleError:
            pass
        finally:
            self._closes(who)

    def opens_home(self, who: str) -> None:
        act = self.act(who, "opened", "", "Home")
        self._does(act, self.world.people[who].person.opens_home())

    def changes_access(self, who: str, text: str) -> None:
        self.types(who, text)

    def _buttons(self, who: str) -> list[Button]:
        person = self.world.people[who].person
        return [each for message in person.sees()[-NEWEST:] for each in self._on(who, message)]

    def _on(self, who: str, message: Message) -> list[Button]:
        found = self.world.people[who].person._buttons(message)
        return [each for each in found if isinstance(each, Button)]

    def _known_requests(self) -> list[str]:
        ids = (act.about for act in self.acts if act.how == "pressed" and act.about.isalnum())
        return list(dict.fromkeys(ids))


def _label(button: Button) -> str:
    return str(button.element.get("text", {}).get("text", ""))
