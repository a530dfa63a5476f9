"""Chinese text cut into words by jieba, which is loaded where such a text turns up first; compounds taken apart."""

from __future__ import annotations

import logging
import re
import threading
from functools import cache
from typing import Any

from entrepot.search.words.compounds import list_words

# Letters stand within Chinese words too.
_RUN = re.compile(r"[a-z]*[\u3400-\u4dbf\u4e00-\u9fff][a-z\u3400-\u4dbf\u4e00-\u9fff]*")
_loading = threading.Lock()


@cache
def _cutter() -> Any:
    """Return jieba's cutter over its dictionary and our words; no cache file of its, which would stand open to all."""
    import jieba

    jieba.setLogLevel(logging.WARNING)
    cutter = jieba.Tokenizer()
    cutter.FREQ, cutter.total = cutter.gen_pfdict(cutter.get_dict_file())
    for word in [word for word in cutter.FREQ if not word.islower() and word.lower() != word]:
        cutter.FREQ.setdefault(word.lower(), cutter.FREQ[word])  # Texts come in small letters: "t恤".
    cutter.initialized = True
    for word in list_words("zh")["words"].split():
        cutter.add_word(word)
    return cutter


def cut_chinese(text: str) -> list[str]:
    """Return the words of a text in Chinese, those that they are made of, and the last symbol of each."""
    with _loading:
        cutter = _cutter()
    words: list[str] = []
    for run in _RUN.findall(text):
        for word in cutter.cut_for_search(run, HMM=False):
            if not word.isascii():
                words.append(word)
                if len(word) > 1:
                    words.append(word[-1])
    return words


def cut_query(typed: str) -> list[str]:
    """Return the words of what was typed in Chinese, the longest that make sense."""
    with _loading:
        cutter = _cutter()
    return [word for word in cutter.cut(typed, HMM=False) if word.strip()]


@cache
def _signs(name: str) -> frozenset[str]:
    return frozenset(list_words("zh")[name].split())


def take_apart(word: str) -> tuple[str, ...]:
    """Return the two words that a word of `cut_query` is made of, what the goods are last; none: it is no compound."""
    if len(word) < 2 or word in _signs("whole"):
        return ()
    head, end = word[:-1], word[-1]
    if len(word) == 2:
        return (head, end) if head in _signs("alike") and end in _signs("goods") else ()
    with _loading:
        known = _cutter().FREQ  # Holds beginnings of words as well, as often as never.
    for at in range(2, len(word) - 1):
        if known.get(word[:at]) and known.get(word[at:]):
            return word[:at], word[at:]
    return (head, end) if end in _signs("goods") and known.get(head) else ()
