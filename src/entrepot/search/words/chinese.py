"""Chinese text cut into words by jieba, which is loaded where such a text turns up first."""

from __future__ import annotations

import logging
import re
import threading
from functools import cache
from typing import Any

# Letters stand within Chinese words too.
_RUN = re.compile(r"[a-z]*[\u3400-\u4dbf\u4e00-\u9fff][a-z\u3400-\u4dbf\u4e00-\u9fff]*")
_loading = threading.Lock()


@cache
def _cutter() -> Any:
    """Return jieba's cutter over its own dictionary; its cache file would stand open to all, so there is none."""
    import jieba

    jieba.setLogLevel(logging.WARNING)
    cutter = jieba.Tokenizer()
    cutter.FREQ, cutter.total = cutter.gen_pfdict(cutter.get_dict_file())
    for word in [word for word in cutter.FREQ if not word.islower() and word.lower() != word]:
        cutter.FREQ.setdefault(word.lower(), cutter.FREQ[word])  # Texts come in small letters: "t恤".
    cutter.initialized = True
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
