"""What a person is answered, as values: the surface that shows them finds the words."""

from bot.engine.replies.access import (
    Changed,
    Denied,
    Explained,
    GrantList,
    Introduced,
    NotAllowed,
    NothingToChange,
    RuleList,
)
from bot.engine.replies.asking import (
    AlreadyCleared,
    AlreadyStarted,
    AlreadyStopped,
    AskedAlready,
    Busy,
    ClearingAlready,
    Frozen,
    GlassForbidden,
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
    Begun,
    ClosedByHand,
    DeniedIt,
    NameWanted,
    NeverMind,
    NothingToSignOff,
    NotKnown,
    NotYours,
    OwnRequest,
    SignedItOff,
    StoppedIt,
    TookBack,
    TooOld,
)
from bot.engine.replies.listing import Listed, NoList, PipelineList, SeesNothing
from bot.engine.replies.looking import (
    Described,
    HistoryPage,
    NoAnswer,
    NotFound,
    NotUnderstood,
    PendingList,
)

Reply = (
    Denied
    | NotFound
    | NoAnswer
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
    | GlassForbidden
    | Frozen
    | Described
    | Begun
    | Asked
    | NameWanted
    | NeverMind
    | ApprovedIt
    | DeniedIt
    | TookBack
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
    "Begun",
    "Busy",
    "Changed",
    "ClearingAlready",
    "ClosedByHand",
    "Denied",
    "DeniedIt",
    "Described",
    "Explained",
    "Frozen",
    "GlassForbidden",
    "GrantList",
    "HistoryPage",
    "Introduced",
    "Listed",
    "NameWanted",
    "NeverMind",
    "NoAnswer",
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
    "PipelineList",
    "Preview",
    "ReasonWanted",
    "Reply",
    "RuleList",
    "SeesNothing",
    "SignedItOff",
    "StoppedIt",
    "TooManyLately",
    "TooManyOpen",
    "TooOld",
    "TookBack",
]
