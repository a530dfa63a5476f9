from __future__ import annotations

import pytest

from entrepot.kernel.languages import nearest, text_language

OFFERED = ("en", "es", "it", "ru", "tr", "zh-hans", "ar")


@pytest.mark.parametrize(
    ("code", "kept_under"),
    [
        ("zh", "zh"),
        ("zh-hans", "zh"),
        ("zh-Hans", "zh"),
        ("zh-CN", "zh"),
        ("zh_Hans", "zh"),
        ("zh-SG", "zh"),
        ("zh-Hans-HK", "zh"),
        ("zh-TW", "zh-hant"),
        ("zh-Hant", "zh-hant"),
        ("es", "es"),
        ("pt-BR", "pt-BR"),
        ("", ""),
    ],
)
def test_words_of_sellers_are_kept_under_one_code_per_language(code: str, kept_under: str) -> None:
    assert text_language(code) == kept_under


@pytest.mark.parametrize(
    ("code", "spoken"),
    [
        ("zh", "zh-hans"),
        ("zh-hans", "zh-hans"),
        ("zh-CN", "zh-hans"),
        ("ZH-HANS", "zh-hans"),
        ("zh-TW", None),
        ("zh-Hant", None),
        ("es-MX", "es"),
        ("ES", "es"),
        ("ru", "ru"),
        ("ar-AE", "ar"),
        ("tr-CY", "tr"),
        ("ja", None),
        ("", None),
    ],
)
def test_a_reader_is_spoken_to_in_the_nearest_language_that_is_offered(code: str, spoken: str | None) -> None:
    assert nearest(code, OFFERED) == spoken
