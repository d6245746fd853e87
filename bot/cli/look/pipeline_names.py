"""Pipeline names in shell arguments: checked by the targets of the settings, before anything is asked."""

from bot.domain.errors import WrongInput
from bot.domain.ids import PIPELINE_NAME_MAX, PipelineName
from bot.domain.pipelines.targets import Targets


def pipeline_named(text: str, targets: Targets) -> PipelineName:
    """The pipeline that the person means.

    Raises:
        WrongInput: no pipeline can have this name.
    """
    name = PipelineName(text)
    if targets.may_be_typed(text) and targets.of(name) is not None:
        return name
    if not targets.names:
        raise WrongInput(
            f"{text!r} cannot be the name of a pipeline: names have 1 to {PIPELINE_NAME_MAX} letters, digits, - and _."
        )
    raise WrongInput(
        f"{text!r} cannot be the name of a pipeline: names begin with a target here, as in {targets.names[0]}/orders. "
        f"The targets are {', '.join(targets.names)}."
    )
