"""
Words: what makes a text and a query comparable. Documents and queries go the same way, language by language.

A text becomes *bare words* (folded, not stemmed; in one field for all languages) and, where there is a stemmer or a
splitter for its language, *tokens* (stems; a field for each language). Words with a digit (numbers, amounts, sizes,
codes) are alike in every language and stand among the bare ones alone. Data lies beside the code: `stop_words.toml`,
`units.toml`, `synonyms/`.
"""

from __future__ import annotations

from entrepot.search.words.asking import ask, narrow
from entrepot.search.words.texts import LANGUAGES, bare, bare_and_tokens, field_language, tokens

__all__ = ["LANGUAGES", "ask", "bare", "bare_and_tokens", "field_language", "narrow", "tokens"]
