"""Webhook settings: the receivers of the audit log's entries, each with a name of its own in its variables.

`PIPELINE_BOT_WEBHOOKS__SIEM__URL` is the address of the receiver `siem`.
"""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic_settings import BaseSettings, NoDecode

from bot.domain.pipelines.targets import TARGET_NAME_MAX, is_target_name
from bot.webhooks.receiver_settings import ReceiverSettings

WEBHOOKS = "PIPELINE_BOT_WEBHOOKS"


class WebhookSettings(BaseSettings):
    """Part of the settings of everything that sends webhooks, or knows of them."""

    pipeline_bot_webhooks: Annotated[dict[str, ReceiverSettings], NoDecode] = {}

    @property
    def receivers(self) -> Mapping[str, ReceiverSettings]:
        """By name."""
        return {
            receiver_named(key): self.pipeline_bot_webhooks[key] for key in sorted(self.pipeline_bot_webhooks)
        }


def receiver_named(key: str) -> str:
    """The receiver that a variable names, spelled as targets are."""
    return key.lower().replace("_", "-")


def misfits_of_webhooks(given: Any) -> Iterator[str]:
    """What is wrong with the names of the receivers, a sentence each."""
    seen: dict[str, str] = {}
    for key in sorted(given) if isinstance(given, Mapping) else ():
        variable, name = f"{WEBHOOKS}__{key}".upper(), receiver_named(key)
        if not is_target_name(name):
            yield (
                f"{variable}: a receiver's name has letters, digits and, between them, _ (which becomes a dash), and "
                f"at most {TARGET_NAME_MAX} characters."
            )
        elif name in seen:
            yield f"{variable}: the receiver's name {name} is already used by {seen[name]}. Choose another name."
        seen[name] = variable
