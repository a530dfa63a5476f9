"""What templates keep of the words that they wrote: never another language's, never another value's."""

from __future__ import annotations

from django.template import Context, Template
from django.utils.safestring import mark_safe
from django.utils.translation import override


def _written(template: Template, language: str, **values: object) -> str:
    with override(language):
        return template.render(Context(values))


def test_fixed_words_are_those_of_the_readers_language_each_time() -> None:
    words = Template('{% load i18n %}{% translate "Listings" %}')

    written = [_written(words, language) for language in ("en", "de", "ru", "en", "ru")]

    assert written[0] == written[3] == "Listings"
    assert written[2] == written[4] != "Listings"


def test_a_sentence_says_the_values_that_it_is_given() -> None:
    sentence = Template(
        "{% load i18n %}{% blocktranslate count n=n with shown=n %}{{ shown }} variant{% plural %}{{ shown }} variants"
        "{% endblocktranslate %}"
    )

    written = [_written(sentence, "en", n=n) for n in (1, 2, 1, *range(3, 100), 2)]

    assert (written[0], written[1], written[2], written[-1]) == ("1 variant", "2 variants", "1 variant", "2 variants")


def test_text_that_equals_safe_text_is_still_escaped() -> None:
    sentence = Template("{% load i18n %}{% blocktranslate with name=name %}More from {{ name }}{% endblocktranslate %}")

    safe = _written(sentence, "en", name=mark_safe("<b>Salt</b>"))
    unsafe = _written(sentence, "en", name="<b>Salt</b>")

    assert (safe, unsafe) == ("More from <b>Salt</b>", "More from &lt;b&gt;Salt&lt;/b&gt;")


def test_a_value_from_outside_of_the_tag_is_read_each_time() -> None:
    sentence = Template("{% load i18n %}{% blocktranslate %}More from {{ store }}{% endblocktranslate %}")

    assert [_written(sentence, "en", store=name) for name in ("Salt", "Silk")] == ["More from Salt", "More from Silk"]


def test_rows_are_written_anew_when_what_they_show_changes() -> None:
    row = Template('{% load ui %}{% kept_rows "ui/components/tabs.html" label=label tabs=tabs %}')

    first = _written(row, "en", label="Side", tabs=())
    second = _written(row, "en", label="Stage", tabs=())

    assert 'aria-label="Side"' in first
    assert 'aria-label="Stage"' in second
