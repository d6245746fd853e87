"""Replies to people, as values: the surface that shows them supplies the text."""

from bot.domain.access.request_objections import RuleObjection
from bot.engine.replies.access_replies import Changed, Explained, GrantList, Introduced, NotAllowed, RuleList
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
from bot.engine.replies.request_replies import ActionResult, NotYours, Result, UnknownRequest

_OnPlan = Preview | Blocked | NotStopped | NotCompiled | Busy | NotFound | FelderaUnavailable | RuleObjection
_OnOperation = ActionResult | NotYours | UnknownRequest
_Shown = Described | PipelineList | NoList | SeesNothing | PendingList | HistoryPage
_OnAccess = Explained | Introduced | GrantList | RuleList | Changed | NotAllowed

Reply = PermissionDenied | _OnPlan | _OnOperation | _Shown | _OnAccess

__all__ = [
    "ActionResult",
    "Blocked",
    "Blocker",
    "Busy",
    "Changed",
    "Described",
    "Explained",
    "FelderaUnavailable",
    "GrantList",
    "HistoryPage",
    "Introduced",
    "Listed",
    "NoList",
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
    "Result",
    "RuleList",
    "SeesNothing",
    "UnknownRequest",
]
