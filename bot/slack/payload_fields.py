"""Fields of Slack's payloads: ids of Slack's form, texts with a limit, and the base of all models of payloads."""

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from bot.domain.ids import ChannelId, TeamId, UserId

_ID_MAX = 40  # characters after the letter; Slack's have about ten

SlackTeamId = Annotated[TeamId, Field(pattern=rf"^[TE][A-Z0-9]{{1,{_ID_MAX}}}$")]
SlackUserId = Annotated[UserId, Field(pattern=rf"^[UW][A-Z0-9]{{1,{_ID_MAX}}}$")]
SlackChannelId = Annotated[ChannelId, Field(pattern=rf"^[CDG][A-Z0-9]{{1,{_ID_MAX}}}$")]
SlackViewId = Annotated[str, Field(pattern=rf"^V[A-Z0-9]{{1,{_ID_MAX}}}$")]
Url = Annotated[str, Field(pattern=r"^https?://[!-~]+$", max_length=3_000)]
# The limit also keeps lone surrogates out: without one, pydantic takes any `str` as it is.
Word = Annotated[str, Field(max_length=255)]
LimitedText = Annotated[str, Field(max_length=3_000)]
Typed = Annotated[
    str, Field(max_length=40_000), BeforeValidator(lambda typed: "" if typed is None else typed)
]


class Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)
