"""
Form controls written in Python: what Django's widget templates write, at a tenth of their cost.

Each control there is four templates deep and looks up every attribute through the template language; a form of nine
fields was most of what its page cost. Controls that are rarer than these are still written by Django's templates.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.forms.renderers import DjangoTemplates
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

_WIDGETS = "django/forms/widgets/"
Widget = Mapping[str, Any]


class FormRenderer(DjangoTemplates):
    """Writes the common controls itself; forms, fields and rare controls as Django does."""

    def render(self, template_name: str, context: dict[str, Any], request: Any = None) -> SafeString:
        write = _CONTROLS.get(template_name)
        if write is None:
            return SafeString(super().render(template_name, context, request))
        return mark_safe(write(context["widget"]))  # noqa: S308 (each part below is escaped)


def _input(widget: Widget) -> str:
    value = widget["value"]
    given = "" if value is None else f' value="{_text(value)}"'
    return f'<input type="{_text(widget["type"])}" name="{_text(widget["name"])}"{given}{_attributes(widget)}>'


def _textarea(widget: Widget) -> str:
    value = widget["value"]
    return f'<textarea name="{_text(widget["name"])}"{_attributes(widget)}>\n{_text(value) if value else ""}</textarea>'


def _select(widget: Widget) -> str:
    groups = "".join(_group(name, options) for name, options, _index in widget["optgroups"])
    return f'<select name="{_text(widget["name"])}"{_attributes(widget)}>{groups}\n</select>'


def _group(name: object, options: Iterable[Widget]) -> str:
    written = "".join(
        f'\n  <option value="{_text(option["value"])}"{_attributes(option)}>{_text(option["label"])}</option>\n'
        for option in options
    )
    return f'\n  <optgroup label="{_text(name)}">{written}\n  </optgroup>' if name else written


def _attributes(widget: Widget) -> str:
    """Return attributes with a blank before each; True stands alone, False is left out."""
    return "".join(
        f" {_text(name)}" if value is True else f' {_text(name)}="{_text(value)}"'
        for name, value in widget["attrs"].items()
        if value is not False
    )


def _text(value: object) -> str:
    return conditional_escape(value if isinstance(value, str) else str(value))


_CONTROLS: dict[str, Callable[[Widget], str]] = {
    **{f"{_WIDGETS}{kind}.html": _input for kind in "text email number password url hidden input checkbox".split()},
    f"{_WIDGETS}textarea.html": _textarea,
    f"{_WIDGETS}select.html": _select,
}
