"""
Django's `{% load i18n %}`, with `{% translate %}` and `{% blocktranslate %}` that keep what they wrote.

The words of a template are the same at each opening of a page, and so is most of what stands inside of a sentence
(`3 variants`): looking them up and putting them together anew was a third of what long tables cost.
"""

from __future__ import annotations

from typing import Any

from django.template import Context
from django.template.base import Parser, Token, Variable
from django.templatetags import i18n
from django.templatetags.i18n import BlockTranslateNode, TranslateNode
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation.trans_real import catalog

register = i18n.register.__class__()
register.tags.update(i18n.register.tags)
register.filters.update(i18n.register.filters)

_SENTENCES_MAX = 64  # Of one place in one template; a table's rows rarely hold more different ones.
_PLAIN = (str, SafeString, int, type(None))


class KeptTranslateNode(TranslateNode):
    """Fixed words: what they are in a language does not change while its catalogue is loaded."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.kept: dict[Any, Any] = {}

    def render(self, context: Context) -> Any:
        key = catalog(), context.autoescape
        text = self.kept.get(key)
        if text is None:
            text = self.kept[key] = super().render(context)
        return text


class KeptBlockTranslateNode(BlockTranslateNode):
    """A sentence whose values are all named in its tag: the same values make the same sentence."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.kept: dict[Any, Any] = {}

    def render(self, context: Context, nested: bool = False) -> Any:
        values = [value.resolve(context) for value in self.extra_context.values()]
        if self.counter is not None:
            values.append(self.counter.resolve(context))
        kinds = tuple(map(type, values))  # Text that is safe equals text that is not.
        if nested or not all(kind in _PLAIN for kind in kinds):
            return super().render(context, nested)
        key = catalog(), get_language(), context.autoescape, kinds, tuple(values)
        text = self.kept.get(key)
        if text is None:
            text = super().render(context)
            if len(self.kept) >= _SENTENCES_MAX:
                self.kept.clear()
            self.kept[key] = text
        return text


@register.tag("translate")
@register.tag("trans")
def translate(parser: Parser, token: Token) -> TranslateNode:
    """Write fixed words in the reader's language, as Django's tag does."""
    node = i18n.do_translate(parser, token)
    words = node.filter_expression
    is_fixed = not words.filters and isinstance(words.var, Variable) and words.var.literal is not None
    if is_fixed and node.asvar is None and node.message_context is None:
        return KeptTranslateNode(words, node.noop)
    return node


@register.tag("blocktranslate")
@register.tag("blocktrans")
def blocktranslate(parser: Parser, token: Token) -> BlockTranslateNode:
    """Write a sentence with values in the reader's language, as Django's tag does."""
    node = i18n.do_block_translate(parser, token)
    named = {*node.extra_context, node.countervar}
    tokens = [*node.singular, *(node.plural or ())]
    is_closed = all(token.contents in named for token in tokens if token.token_type.name == "VAR")
    if is_closed and node.asvar is None and node.message_context is None:
        return KeptBlockTranslateNode(
            node.extra_context,
            node.singular,
            node.plural,
            node.countervar,
            node.counter,
            trimmed=node.trimmed,
            tag_name=token.contents.split()[0],
        )
    return node
