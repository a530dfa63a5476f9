"""
The two uses of a language's code, and the one place where they meet.

*Interface languages* are those that pages, letters and labels speak, as Django writes them: `zh-hans`. *Text languages*
are the codes under which words of listings, categories and stores are kept, as sellers and their feeds write them:
`zh`. Callers pass on whichever they have; who looks up words asks here for the code that fits.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

_TRADITIONAL = frozenset({"tw", "hk", "mo"})


@lru_cache(maxsize=256)
def text_language(code: str) -> str:
    """
    Return the code under which words in a language are kept: simplified Chinese is `zh`, however it is named.

    Every other code stands for itself; traditional Chinese is another text (`zh-hant`).
    """
    base, *rest = code.lower().replace("_", "-").split("-")
    if base != "zh":
        return code
    return "zh-hant" if "hant" in rest or (_TRADITIONAL & {*rest} and "hans" not in rest) else "zh"


def nearest(code: str, offered: Iterable[str]) -> str | None:
    """Return the offered language that a reader of `code` reads: the same one, without region if need be, else None."""
    return _nearest(code, tuple(offered))


@lru_cache(maxsize=1024)
def _nearest(code: str, offered: tuple[str, ...]) -> str | None:
    asked = text_language(code).lower()
    by_text = {text_language(language).lower(): language for language in offered}
    if asked in by_text:
        return by_text[asked]
    return None if asked.startswith("zh-") else by_text.get(asked.partition("-")[0])
