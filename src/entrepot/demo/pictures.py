"""Pictures of the demonstration's goods: a motif in a listing's own colours, drawn as SVG and rendered to PNG."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from string import Template

import resvg_py

SIZE_PX = 640


@dataclass(frozen=True, slots=True)
class Palette:
    """Hex colours of one finish: the piece's own tone, its shadow and highlight, a second colour, and the ground."""

    tone: str
    dark: str
    light: str
    accent: str
    ground: str
    floor: str


# One palette a finish of `data/words.toml`; the ground is a quiet tint that lets the piece stand out.
PALETTES = {
    "ink": Palette("#1f3d5a", "#142a40", "#47688a", "#d9a441", "#e9ecee", "#dce1e5"),
    "cobalt": Palette("#2456a6", "#173a75", "#5c88cf", "#f0b84a", "#e8edf4", "#d9e1ed"),
    "honey": Palette("#d39a3a", "#a37022", "#ecc374", "#3f5d55", "#f4eee1", "#e9dfca"),
    "chestnut": Palette("#7b4526", "#54301b", "#a66d47", "#d9b45a", "#f1e9e0", "#e5d8ca"),
    "olive": Palette("#6d7a3b", "#4b5527", "#97a563", "#c8663a", "#eeefe3", "#e0e3cf"),
    "brick": Palette("#b0492f", "#7f321f", "#d37a5d", "#2f5f63", "#f5eae5", "#ebdad2"),
    "saffron": Palette("#e2a11f", "#b07a0f", "#f4c860", "#8c3a2b", "#f6f0df", "#ece2c5"),
    "charcoal": Palette("#3d4447", "#272c2e", "#6a7377", "#d2733f", "#ebebe9", "#dededa"),
    "chalk": Palette("#ece5d8", "#cfc5b3", "#faf6ee", "#4b7a7a", "#dde5e4", "#cdd8d6"),
    "rose": Palette("#c58079", "#97584f", "#e0aca5", "#55645a", "#f5ebe8", "#ebdcd7"),
    "sea": Palette("#2f7d78", "#1f5753", "#66aba5", "#e0a64b", "#e5efed", "#d5e4e1"),
    "plum": Palette("#6d3a5d", "#4a2540", "#99658a", "#d3a24c", "#efe8ee", "#e2d6e0"),
}

_FRAME = Template(
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100">'
    '<rect width="100" height="100" fill="$ground"/><rect y="74" width="100" height="26" fill="$floor"/>'
    '<g transform="translate($dx $dy) scale($scale)">'
    '<ellipse cx="54" cy="88" rx="36" ry="4.5" fill="#1c2a2c" opacity=".16"/>$motif</g></svg>'
)


@cache
def _motifs() -> dict[str, str]:
    text = files(__package__).joinpath("data", "motifs.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@cache
def draw(kind: str, finish: str, *, close: bool = False) -> bytes:
    """
    Return the PNG of one kind of goods in one finish, 640 × 640 pixels; `close` moves nearer, for a second picture.
    """
    palette = PALETTES[finish]
    scale = 1.16 if close else 0.8
    colours = {name: getattr(palette, name) for name in Palette.__dataclass_fields__}
    svg = _FRAME.substitute(
        colours,
        dx=round(50 - 50 * scale, 2),
        dy=round(52 - 54 * scale, 2),
        scale=scale,
        motif=Template(_motifs()[kind]).substitute(colours),
    )
    return bytes(resvg_py.svg_to_bytes(svg_string=svg, width=SIZE_PX, height=SIZE_PX))


_COVER = Template(
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 100">'
    '<rect width="400" height="100" fill="$ground"/><rect y="74" width="400" height="26" fill="$floor"/>$row</svg>'
)
_ON_SHELF = Template(
    '<g transform="translate($dx 6) scale(.8)">'
    '<ellipse cx="54" cy="88" rx="36" ry="4.5" fill="#1c2a2c" opacity=".16"/>$motif</g>'
)
_COVER_PX = (1280, 320)


def draw_cover(kinds: Sequence[str], finishes: Sequence[str]) -> bytes:
    """Return the PNG of a store's cover: four pieces of its goods in a row, on the first finish's ground."""
    ground = PALETTES[finishes[0]]
    row = ""
    for place in range(4):
        palette = PALETTES[finishes[place % len(finishes)]]
        colours = {name: getattr(palette, name) for name in Palette.__dataclass_fields__}
        motif = Template(_motifs()[kinds[place % len(kinds)]]).substitute(colours)
        row += _ON_SHELF.substitute(dx=10 + 100 * place, motif=motif)
    svg = _COVER.substitute(ground=ground.ground, floor=ground.floor, row=row)
    width, height = _COVER_PX
    return bytes(resvg_py.svg_to_bytes(svg_string=svg, width=width, height=height))
