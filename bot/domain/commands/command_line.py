"""Command lines: which verb somebody typed, or probably meant. A guess is only ever offered, never executed."""

import difflib
from dataclasses import replace

from bot.domain.commands.model import COMMAND, Command, Help, HelpTopic, Overview
from bot.domain.commands.tokens import first_word, plain, quoted
from bot.domain.commands.verbs import VERBS, find_verb
from bot.domain.errors import Misunderstood
from bot.domain.pipelines.targets import ONE, Targets

ALMOST_THE_SAME = 0.75  # of 1: a typo of a letter or two
_DESTRUCTIVE = frozenset({"clear", "stop"})


def parse(text: str, targets: Targets = ONE) -> Command:
    """Parse what followed `/pipeline`, for a bot with these targets.

    Raises:
        Misunderstood: with what to type instead.
    """
    word, rest = first_word(plain(text))
    if not word:
        return Overview()
    verb = find_verb(word)
    if verb is None:
        raise Misunderstood(_unknown_verb(word, rest))
    if verb.ids:
        rest = first_word(plain(text, ids=True))[1]
    command = verb.read(replace(verb, targets=targets), rest)
    return Help(_subject(command.about)) if isinstance(command, Help) and command.about else command


def _subject(typed: str) -> str:
    """The topic or the verb that help is asked about."""
    for topic in HelpTopic:
        if _folded(typed) in {_folded(topic), _folded(topic).removesuffix("s")} and find_verb(typed) is None:
            return topic.value
    verb = find_verb(typed)
    if verb is not None:
        return verb.word
    close = _closest(first_word(typed)[0], [*_every_word(), *HelpTopic])
    if close:
        raise Misunderstood(f"There is no help on `{quoted(typed)}`. Did you mean `{COMMAND} help {close}`?")
    topics = ", ".join(f"`{topic}`" for topic in HelpTopic)
    raise Misunderstood(
        f"There is no help on `{quoted(typed)}`. Type `{COMMAND} help`, or `{COMMAND} help` and one of: {_words()}; or a "
        f"topic: {topics}."
    )


def _folded(text: str) -> str:
    return text.lower().replace("-", "").replace(" ", "")


def _unknown_verb(word: str, rest: str) -> str:
    close = _closest(word, _every_word())
    if close:
        meant = " ".join(filter(None, (COMMAND, close, rest)))
        return f"I do not know `{quoted(word)}`. Did you mean `{quoted(meant)}`?"
    return f"I do not know `{quoted(word)}`. I know: {_words()}. Type `{COMMAND} help`."


def _closest(word: str, known: list[str]) -> str | None:
    """The likeliest intended word, if any; one that destroys data only if hardly any other can be meant."""
    close = difflib.get_close_matches(word.lower(), known, n=2)
    likely = [each for each in close if each not in _DESTRUCTIVE or _resembles(word.lower(), each)]
    return likely[0] if likely else None


def _every_word() -> list[str]:
    return [word for verb in VERBS for word in (verb.word, verb.other_word) if word]


def _resembles(word: str, verb: str) -> bool:
    return word[:1] == verb[:1] and difflib.SequenceMatcher(None, word, verb).ratio() >= ALMOST_THE_SAME


def _words() -> str:
    return ", ".join(f"`{verb.word}`" for verb in VERBS)
