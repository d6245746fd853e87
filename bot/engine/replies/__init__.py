"""Replies to people, as values: the surface that shows them supplies the text."""

from bot.engine.replies.access import (
    Changed,
    Explained,
    GrantList,
    Introduced,
    NotAllowed,
    NothingToChange,
    PermissionDenied,
    RuleList,
)
from bot.engine.replies.asking import (
    AlreadyCleared,
    AlreadyStarted,
    AlreadyStopped,
    AskedAlready,
    BreakGlassForbidden,
    Busy,
    ClearingAlready,
    Frozen,
    NotCompiled,
    NotStopped,
    Preview,
    ReasonWanted,
    TooManyLately,
    TooManyOpen,
)
from bot.engine.replies.deciding import (
    AlreadyDecided,
    ApprovedBefore,
    ApprovedIt,
    Asked,
    ClosedByHand,
    DeniedIt,
    Dropped,
    NameWanted,
    NothingToSignOff,
    NotKnown,
    NotYours,
    OwnRequest,
    SignedItOff,
    Started,
    StoppedIt,
    TooOld,
    Withdrew,
)
from bot.engine.replies.listing import Listed, NoList, PipelineList, SeesNothing
from bot.engine.replies.looking import (
    Described,
    FelderaUnavailable,
    HistoryPage,
    NotFound,
    NotUnderstood,
    PendingList,
)

Reply = (
    PermissionDenied
    | NotFound
    | FelderaUnavailable
    | Preview
    | NotStopped
    | AlreadyStopped
    | AlreadyStarted
    | NotCompiled
    | AlreadyCleared
    | ClearingAlready
    | NotUnderstood
    | Busy
    | AskedAlready
    | TooManyLately
    | TooManyOpen
    | ReasonWanted
    | BreakGlassForbidden
    | Frozen
    | Described
    | Started
    | Asked
    | NameWanted
    | Dropped
    | ApprovedIt
    | DeniedIt
    | Withdrew
    | StoppedIt
    | SignedItOff
    | NothingToSignOff
    | OwnRequest
    | ApprovedBefore
    | ClosedByHand
    | AlreadyDecided
    | TooOld
    | NotYours
    | NotKnown
    | PendingList
    | Explained
    | Introduced
    | GrantList
    | RuleList
    | Changed
    | NothingToChange
    | NotAllowed
    | HistoryPage
    | PipelineList
    | NoList
    | SeesNothing
)


__all__ = [
    "AlreadyCleared",
    "AlreadyDecided",
    "AlreadyStarted",
    "AlreadyStopped",
    "ApprovedBefore",
    "ApprovedIt",
    "Asked",
    "AskedAlready",
    "BreakGlassForbidden",
    "Busy",
    "Changed",
    "ClearingAlready",
    "ClosedByHand",
    "DeniedIt",
    "Described",
    "Dropped",
    "Explained",
    "FelderaUnavailable",
    "Frozen",
    "GrantList",
    "HistoryPage",
    "Introduced",
    "Listed",
    "NameWanted",
    "NoList",
    "NotAllowed",
    "NotCompiled",
    "NotFound",
    "NotKnown",
    "NotStopped",
    "NotUnderstood",
    "NotYours",
    "NothingToChange",
    "NothingToSignOff",
    "OwnRequest",
    "PendingList",
    "PermissionDenied",
    "PipelineList",
    "Preview",
    "ReasonWanted",
    "Reply",
    "RuleList",
    "SeesNothing",
    "SignedItOff",
    "Started",
    "StoppedIt",
    "TooManyLately",
    "TooManyOpen",
    "TooOld",
    "Withdrew",
]
