"""Problem text: why Feldera gave no answer, and what to do about it. Pure."""

from typing import assert_never

from bot.domain.pipelines.pipeline import Problem, ProblemKind
from bot.domain.pipelines.targets import THE_ONLY, TargetName
from bot.slack.sentences.pipeline_text import host_setting, tenant_setting
from bot.slack.text.spans import Text, code


def why_no_answer(problem: Problem, target: TargetName = THE_ONLY) -> Text:
    told = code(problem.message)
    match problem.trouble:
        case ProblemKind.UNAUTHORIZED | ProblemKind.FORBIDDEN:
            return Text(
                "Feldera does not let this bot in ({}). The person who runs the bot should check its credentials.",
                told,
            )
        case ProblemKind.NO_TENANT:
            return Text(
                "Feldera cannot tell which tenant's pipelines to show ({}). "
                "The person who runs the bot should set {}, or give the bot an API key.",
                told,
                tenant_setting(target),
            )
        case ProblemKind.ELSEWHERE | ProblemKind.AMBIGUOUS_FELDERA:
            return Text(
                "the bot's settings do not fit ({}). The person who runs the bot should check {}.",
                told,
                host_setting(target),
            )
        case ProblemKind.NOT_FELDERA:
            return Text(
                "what answers at Feldera's address is not Feldera ({}). The person who runs the bot should check {}.",
                told,
                host_setting(target),
            )
        case ProblemKind.UNREACHABLE:
            return Text("Feldera does not answer ({}). Try again in a minute.", told)
        case ProblemKind.BUSY:
            return Text("Feldera is busy ({}). Try again in a minute.", told)
        case ProblemKind.DATABASE_DOWN | ProblemKind.REJECTED:
            return Text("{} Try again in a minute.", problem.message)
        case ProblemKind.UNEXPECTED:
            return Text("Feldera's answer makes no sense to me ({}).", told)
        case _:
            assert_never(problem.trouble)
