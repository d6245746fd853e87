"""Replies to people, as values: the surface that shows them supplies the text."""

from bot.domain.access.requests.request_objections import RuleObjection
from bot.engine.replies.access_replies import (
    Changed,
    Explained,
    GrantList,
    GrantWithoutEffect,
    Introduced,
    NotAllowed,
    RuleList,
)
from bot.engine.replies.access_request_replies import (
    AccessNotRequested,
    AccessRequested,
    AccessRequestedBefore,
    AllowedNow,
    TooManyAccessRequests,
)
from bot.engine.replies.diagnosis_replies import Diagnosed, NoDiagnosis
from bot.engine.replies.help_replies import CommandHelp, WaitingForYou
from bot.engine.replies.list_replies import (
    HistoryPage,
    Listed,
    NoList,
    PendingList,
    PipelineList,
    SeesNothing,
)
from bot.engine.replies.pipeline_replies import (
    Blocked,
    Blocker,
    Busy,
    Described,
    FelderaUnavailable,
    NotCompiled,
    NotFound,
    NotStopped,
    PermissionDenied,
    Preview,
)
from bot.engine.replies.request_replies import (
    ActionResult,
    NoSuchRequest,
    NotYours,
    RequestDetails,
    Result,
    SeveralRequests,
    UnknownRequest,
)

_OnPlan = Preview | Blocked | NotStopped | NotCompiled | Busy | NotFound | FelderaUnavailable | RuleObjection
_OnOperation = ActionResult | NotYours | UnknownRequest | NoSuchRequest | SeveralRequests
_Shown = Described | PipelineList | NoList | SeesNothing | PendingList | HistoryPage | RequestDetails
_OnAccess = Explained | Introduced | GrantList | RuleList | Changed | NotAllowed | GrantWithoutEffect
_OnAccessRequest = (
    AccessRequested | AccessRequestedBefore | TooManyAccessRequests | AccessNotRequested | AllowedNow
)

_Orienting = CommandHelp | WaitingForYou | Diagnosed | NoDiagnosis

Reply = PermissionDenied | _OnPlan | _OnOperation | _Shown | _OnAccess | _OnAccessRequest | _Orienting

__all__ = [
    "AccessNotRequested",
    "AccessRequested",
    "AccessRequestedBefore",
    "ActionResult",
    "AllowedNow",
    "Blocked",
    "Blocker",
    "Busy",
    "Changed",
    "CommandHelp",
    "Described",
    "Diagnosed",
    "Explained",
    "FelderaUnavailable",
    "GrantList",
    "GrantWithoutEffect",
    "HistoryPage",
    "Introduced",
    "Listed",
    "NoDiagnosis",
    "NoList",
    "NoSuchRequest",
    "NotAllowed",
    "NotCompiled",
    "NotFound",
    "NotStopped",
    "NotYours",
    "PendingList",
    "PermissionDenied",
    "PipelineList",
    "Preview",
    "Reply",
    "RequestDetails",
    "Result",
    "RuleList",
    "SeesNothing",
    "SeveralRequests",
    "TooManyAccessRequests",
    "UnknownRequest",
    "WaitingForYou",
]
