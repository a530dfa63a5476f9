"""Words typed while the keyboard spoke another language: "ghbdtn" for "привет"."""

from __future__ import annotations

import re

_ENGLISH = "qwertyuiop[]asdfghjkl;'zxcvbnm,."
_LAYOUTS = {
    "ru": "йцукенгшщзхъфывапролджэячсмитьбю",
    "ar": "ضصثقفغعهخحجدشسيبلاتنمكطئءؤرىةوزظ",
}
# The key that writes two letters at once on an Arabic keyboard stands where English has b.
_FROM = {name: {**dict(zip(row, _ENGLISH, strict=True)), "ё": "`"} for name, row in _LAYOUTS.items() if name == "ru"}
_TO = {"ru": {**dict(zip(_ENGLISH, _LAYOUTS["ru"], strict=True)), "`": "ё"}}
_ARABIC_KEYS = "qwertyuiop[]asdfghjkl;'zxcvnm,./"
_TO["ar"] = {**dict(zip(_ARABIC_KEYS, _LAYOUTS["ar"], strict=True)), "b": "لا"}
_FROM["ar"] = dict(zip(_LAYOUTS["ar"], _ARABIC_KEYS, strict=True))
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
_ARABIC = re.compile(r"[\u0600-\u06ff]")
_LATIN = re.compile(r"[a-z]")


def switch(typed: str) -> tuple[str, ...]:
    """Return what the same keys write on other keyboards, for text in small letters."""
    if _CYRILLIC.search(typed):
        return (_type(typed, _FROM["ru"]),)
    if _ARABIC.search(typed):
        return (_type(typed.replace("لا", "b"), _FROM["ar"]),)
    if _LATIN.search(typed):
        return tuple(_type(typed, keys) for keys in _TO.values())
    return ()


def _type(typed: str, keys: dict[str, str]) -> str:
    return "".join(keys.get(sign, sign) for sign in typed)
