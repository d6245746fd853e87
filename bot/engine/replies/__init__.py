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
    AskedAlready,
    Busy,
    ClearingAlready,
    Frozen,
    GlassForbidden,
    NotStopped,
    Preview,
    ReasonWanted,
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
    | AlreadyCleared
    | ClearingAlready
    | NotUnderstood
    | Busy
    | AskedAlready
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
)


__all__ = [
    "AlreadyCleared",
    "AlreadyDecided",
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
    "NameWanted",
    "NeverMind",
    "NoAnswer",
    "NotAllowed",
    "NotFound",
    "NotKnown",
    "NotStopped",
    "NotUnderstood",
    "NotYours",
    "NothingToChange",
    "NothingToSignOff",
    "OwnRequest",
    "PendingList",
    "Preview",
    "ReasonWanted",
    "Reply",
    "RuleList",
    "SignedItOff",
    "StoppedIt",
    "TooManyOpen",
    "TooOld",
    "TookBack",
]
