"""The states of a pipeline as Feldera spells them, and how two of them combine into the one that people see.

Pure vocabulary: it decides nothing and knows neither HTTP nor time.
"""

import re
from enum import StrEnum


class _Spelled(StrEnum):
    @property
    def spoken(self) -> str:
        """The spelling Feldera uses inside sentences (`in_use`); JSON values are spelled `InUse`."""
        return re.sub(r"(?<!^)(?=[A-Z])", "_", self.value).lower()


class Storage(_Spelled):
    CLEARED = "Cleared"
    IN_USE = "InUse"
    CLEARING = "Clearing"


class Resources(_Spelled):
    STOPPED = "Stopped"
    PROVISIONING = "Provisioning"
    PROVISIONED = "Provisioned"
    STOPPING = "Stopping"


class Runtime(_Spelled):
    UNAVAILABLE = "Unavailable"
    INITIALIZING = "Initializing"
    PAUSED = "Paused"
    RUNNING = "Running"


class Program(_Spelled):
    PENDING = "Pending"
    COMPILING_SQL = "CompilingSql"
    SQL_COMPILED = "SqlCompiled"
    COMPILING_RUST = "CompilingRust"
    SUCCESS = "Success"
    SQL_ERROR = "SqlError"
    RUST_ERROR = "RustError"
    SYSTEM_ERROR = "SystemError"

    @property
    def failed(self) -> bool:
        return self in {Program.SQL_ERROR, Program.RUST_ERROR, Program.SYSTEM_ERROR}


def combined_status(resources: Resources, runtime: Runtime | None) -> str:
    """`deployment_status`: the resources status, or while they are provisioned the runtime status."""
    if resources is Resources.PROVISIONED:
        return (runtime or Runtime.UNAVAILABLE).value
    return resources.value


def combined_desired(desired: Resources, runtime_desired: Runtime | None, initial: Runtime | None) -> str:
    """`deployment_desired_status`: `Stopped`, or what the runtime is to become."""
    if desired is Resources.STOPPED:
        return Resources.STOPPED.value
    return (runtime_desired or initial or Runtime.UNAVAILABLE).value


RUNNER_IS_WELL = "The health check was answered with 200 OK."
RUNNER_IS_UNWELL = (
    "The health check failed: error sending request for url (http://feldera-runner-0.feldera.internal:8089/healthz): "
    "client error (Connect): tcp connect error: Connection refused (os error 111)"
)
"""The message of `cluster_healthz` about a runner; Feldera's own message names its machines."""
