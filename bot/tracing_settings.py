"""Tracing settings: OpenTelemetry's own variables, as far as the bot itself decides by them. The rest its SDK reads."""

import os
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from dotenv import dotenv_values
from pydantic import AfterValidator, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings

PREFIX = "OTEL_"
PROTOCOL = "http/protobuf"
_ENDPOINTS = ("otel_exporter_otlp_endpoint", "otel_exporter_otlp_traces_endpoint")


def _is_http(text: str) -> str:
    try:
        url = urlsplit(text)
        is_usable = url.scheme in {"http", "https"} and bool(url.hostname)
    except ValueError:
        is_usable = False
    if not is_usable:
        raise PydanticCustomError("not_http", "must be a URL such as http://collector:4318")
    return text


_Url = Annotated[str, AfterValidator(_is_http)]


class TracingSettings(BaseSettings):
    """Part of the settings of `pipeline-bot run`: traces are exported if one of the endpoints is set."""

    otel_exporter_otlp_endpoint: _Url | None = None
    otel_exporter_otlp_traces_endpoint: _Url | None = None
    otel_exporter_otlp_protocol: str = PROTOCOL
    otel_exporter_otlp_traces_protocol: str = PROTOCOL
    otel_traces_exporter: str = "otlp"
    otel_sdk_disabled: str = "false"

    @field_validator("otel_exporter_otlp_protocol", "otel_exporter_otlp_traces_protocol")
    @classmethod
    def _is_spoken(cls, protocol: str, known: ValidationInfo) -> str:
        """Other programs may share the environment: what they speak matters only if the bot exports."""
        if any(known.data.get(endpoint) for endpoint in _ENDPOINTS) and protocol != PROTOCOL:
            raise PydanticCustomError("protocol", "the bot exports traces over http/protobuf alone")
        return protocol

    @property
    def traces_endpoint(self) -> str | None:
        """The full URL that spans are sent to; None if there are no traces."""
        is_off = self.otel_sdk_disabled.strip().lower() == "true" or self.otel_traces_exporter == "none"
        if is_off:
            return None
        if self.otel_exporter_otlp_traces_endpoint is not None:
            return self.otel_exporter_otlp_traces_endpoint
        base = self.otel_exporter_otlp_endpoint
        return None if base is None else f"{base.removesuffix('/')}/v1/traces"


def hand_to_sdk(env_file: Path) -> None:
    """Put OpenTelemetry's variables of `.env` into the environment, where its SDK reads them; those there win."""
    if not env_file.is_file():
        return
    for name, value in dotenv_values(env_file, encoding="utf-8").items():
        if name.startswith(PREFIX) and value:
            os.environ.setdefault(name, value)
