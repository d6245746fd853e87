"""Open forms: the clear forms on people's screens. Each shows its latest page, which no late update overwrites.

This state is a convenience: after a restart, a form that is still open works, and at most asks its person to look once
more. It decides nothing.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import structlog
from slack_bolt.async_app import AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.engine.handlers.clear_form import Shown
from bot.slack.api.web_api import CallRateLimited, CallRefused, CallSucceeded, CallUnanswered, ask
from bot.slack.listeners.background import ResponseUrlReply
from bot.slack.payloads import View
from bot.slack.text.blocks import Message
from bot.slack.text.spans import Text
from bot.slack.views.forms import clear_form_view, modals
from bot.slack.views.forms.clear_form_view import Page, Token

log = structlog.get_logger(__name__)

REMEMBERED = 1000  # forms; above that, the least recently used are dropped

_CONFLICT = "hash_conflict"
_CLOSED = "not_found"


@dataclass(slots=True)
class OpenForm:
    """One form. `hash` is Slack's hash of the current view: a late update carries an old one, and is refused.

    `respond` is another way to reach its person, if they typed a command for it.
    """

    client: AsyncWebClient
    view_id: str
    token: Token
    hash: str | None = None
    respond: AsyncRespond | None = None
    deciding: asyncio.Lock = field(default_factory=asyncio.Lock)
    _page: Page | None = None
    _shown: Shown | None = None
    _turn: int = 0
    _is_over: bool = False
    _one_by_one: asyncio.Lock = field(default_factory=asyncio.Lock)

    def next_turn(self) -> int:
        """The choice changed: from now on, updates about the earlier choice are too late."""
        self._turn += 1
        return self._turn

    @property
    def turn(self) -> int:
        return self._turn

    def shown_as(self, mark: str) -> Shown | None:
        """What the form shows for the choice, if that has this `mark`."""
        return self._shown if self._shown is not None and self._shown.mark == mark else None

    async def show(self, page: Page, *, turn: int, shown: Shown | None = None) -> None:
        """Show this page, unless it is too late."""
        await self._change(lambda _: page, turn=turn, shown=shown)

    async def notice(self, text: Text) -> None:
        """Show this text at the top, once."""
        await self._change(lambda page: replace(page, notice=text), turn=self._turn)

    def turned_into(self, page: Page, shown: Shown) -> dict[str, Any]:
        """The view with which an ack replaces the submitted one."""
        self.next_turn()
        self._page, self._shown, self.hash = page, shown, None
        return clear_form_view.form(self.token, page)

    def is_answered(self) -> None:
        """The form has become a reply: it shows no choice any more."""
        self._is_over, self.hash = True, None

    async def give(self, said: Message) -> None:
        """Turn the form into this reply; if it was closed meanwhile, reply to the typed command, if there is one."""
        self.is_answered()
        async with self._one_by_one:
            answer = await self._update(modals.showing(said, clear_form_view.TITLE))
        if isinstance(answer, CallSucceeded):
            return
        log.info("form_not_updated", why=repr(answer))
        if self.respond is not None:
            await ResponseUrlReply(self.respond).give(said)

    async def _change(self, change: Callable[[Page], Page], *, turn: int, shown: Shown | None = None) -> None:
        async with self._one_by_one:
            page = change(self._page or Page())
            if turn < self._turn or self._is_over or page == self._page:
                return
            self._shown = shown or self.shown_as(page.seen)
            view = clear_form_view.form(self.token, page)
            answer = await self._update(view)
            if isinstance(answer, CallRefused) and answer.error == _CONFLICT:
                # An update whose response was lost had been applied. Nothing else updates this view: it is the latest.
                self.hash = None
                answer = await self._update(view)
            if isinstance(answer, CallSucceeded):
                self._page = page
                return
        report = log.info if isinstance(answer, CallRefused) and answer.error == _CLOSED else log.warning
        report("form_not_updated", why=repr(answer))

    async def _update(
        self, view: dict[str, Any]
    ) -> CallSucceeded | CallRefused | CallRateLimited | CallUnanswered:
        answer = await ask(self.client.views_update(view_id=self.view_id, hash=self.hash, view=view))
        if isinstance(answer, CallSucceeded):
            self.hash = _reported(answer.said.get("view"), "hash")
        return answer


@dataclass(slots=True)
class OpenForms:
    client: AsyncWebClient
    _known: OrderedDict[str, OpenForm] = field(default_factory=OrderedDict)

    async def open(
        self, trigger_id: str, token: Token, *, respond: AsyncRespond | None = None
    ) -> OpenForm | CallRefused | CallRateLimited | CallUnanswered:
        """Open a form, with a placeholder view at first."""
        answer = await ask(self.client.views_open(trigger_id=trigger_id, view=clear_form_view.opening(token)))
        if not isinstance(answer, CallSucceeded):
            return answer
        view = answer.said.get("view")
        view_id = _reported(view, "id")
        if view_id is None:
            return CallUnanswered("no view")
        return self._remember(OpenForm(self.client, view_id, token, _reported(view, "hash"), respond))

    def of(self, view: View) -> OpenForm | None:
        """The form of a view, whichever process opened it; None if its token is not ours."""
        token = Token.of(view)
        if token is None:
            return None
        known = self._known.get(view.id)
        if known is None:
            known = OpenForm(self.client, view.id, token, view.hash)
        return self._remember(known)

    def _remember(self, form: OpenForm) -> OpenForm:
        self._known[form.view_id] = form
        self._known.move_to_end(form.view_id)
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return form


def _reported(view: Any, key: str) -> str | None:
    found = view.get(key) if isinstance(view, dict) else None
    return found if isinstance(found, str) else None
