"""
Reading packs: the files that ship, the operator's folder that adds to and overrides them, and errors that a person
can act on (file, line, reason). No Django here; `queries.py` names the folders.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from entrepot.kernel.errors import DomainError
from entrepot.markets.packs import (
    BrandsPack,
    CorridorBan,
    CountryPack,
    DefaultsPack,
    Doubt,
    Goods,
    OperatorPack,
    Regime,
    Restriction,
    SanctionsPack,
    UnionPack,
)

PACKAGE_DIR = Path(__file__).resolve().parent
Model = TypeVar("Model", bound=BaseModel)


class BadPack(DomainError):
    """One or more pack files cannot be used: `faults` lists {"file", "line", "reason"}."""

    code = "bad_pack"
    summary = "A country pack cannot be used."

    def __str__(self) -> str:
        return "\n".join(f"{fault['file']}:{fault['line']}: {fault['reason']}" for fault in self.fields["faults"])


@dataclass(frozen=True)
class Library:
    """Every pack of this installation; a country's regimes, rules and restrictions have its unions' behind its own."""

    countries: Mapping[str, CountryPack]
    unions: Mapping[str, UnionPack]
    sanctions: tuple[SanctionsPack, ...]
    operator: OperatorPack
    defaults: DefaultsPack
    files: Mapping[str, Path]
    digest: str  # Of all the files that were read.
    brands: BrandsPack = field(default_factory=BrandsPack)
    # What `sanctions` has looked up: packs never change, so neither does what bans touch a corridor.
    bans_by_corridor: dict[tuple[str, str], tuple[CorridorBan, ...]] = field(
        default_factory=dict, repr=False, compare=False
    )

    def members(self, area: str) -> frozenset[str]:
        """Return the countries of a union, or the country itself."""
        union = self.unions.get(area)
        return frozenset(union.members) if union else frozenset({area})


def load_library(*, override_dir: Path | None = None, operator_file: Path | None = None) -> Library:
    """
    Return all packs, those in `override_dir` (`xx.toml`, `unions/`, `sanctions/`) in place of ours of the same name.

    :raises BadPack: with every fault of every file.
    """
    faults: list[dict[str, Any]] = []
    read: list[Path] = []

    def read_all(folder: str, model: type[Model]) -> dict[str, tuple[Model, Path]]:
        own = override_dir / folder if folder != "countries" and override_dir else override_dir
        # A country's file has two letters; `operator.toml` and `defaults.toml` may lie beside it.
        names = "??.toml" if folder == "countries" else "*.toml"
        paths = {path.stem: path for path in sorted((PACKAGE_DIR / folder).glob(names))}
        if own and own.is_dir():
            paths |= {path.stem: path for path in sorted(own.glob(names))}
        read.extend(paths.values())
        packs = {}
        for stem, path in paths.items():
            try:
                pack = read_pack(path, model)
                if getattr(pack, "code", stem).lower() != stem.lower():
                    line = find_line(path.read_text(encoding="utf-8"), ("code",))
                    reason = f"the code is {pack.code!r} but the file is {path.name}"  # type: ignore[attr-defined]
                    raise BadPack(faults=[{"file": str(path), "line": line, "reason": reason}])
                packs[stem.upper()] = (pack, path)
            except BadPack as refusal:
                faults.extend(refusal.fields["faults"])
        return packs

    unions = read_all("unions", UnionPack)
    countries = read_all("countries", CountryPack)
    sanctions = read_all("sanctions", SanctionsPack)
    operator: OperatorPack | None = None
    defaults: DefaultsPack | None = None
    brands = BrandsPack()
    brands_file = override_dir / "brands.toml" if override_dir else None
    defaults_file = override_dir / "defaults.toml" if override_dir else PACKAGE_DIR / "defaults.toml"
    if not defaults_file.is_file():
        defaults_file = PACKAGE_DIR / "defaults.toml"
    try:
        read += [operator_file or PACKAGE_DIR / "operator.toml", defaults_file]
        operator = read_pack(read[-2], OperatorPack)
        defaults = read_pack(defaults_file, DefaultsPack)
        if brands_file is not None and brands_file.is_file():
            read.append(brands_file)
            brands = read_pack(brands_file, BrandsPack)
    except BadPack as refusal:
        faults.extend(refusal.fields["faults"])
    for code, (pack, path) in countries.items():
        faults.extend(_find_cross_faults(code, pack, path, unions))
        faults.extend(_find_missing_names(pack, path, countries, unions))
    if faults or operator is None or defaults is None:
        raise BadPack(faults=faults)

    union_packs = {code: pack for code, (pack, _) in unions.items()}
    unions_of = {code: pack.unions for code, (pack, _) in countries.items()}
    own_rows = tuple(_confirmed_only(area, unions_of.get(area, ())) for area in operator.confirmed_codes_only)
    defaults = defaults.model_copy(update={"restricted": defaults.restricted + own_rows})
    whole = {code: _with_unions(pack, union_packs, defaults) for code, (pack, _) in sorted(countries.items())}
    return Library(
        countries={code: _with_parent(pack, whole) for code, pack in whole.items()},
        unions=union_packs,
        sanctions=tuple(pack for pack, _ in sanctions.values()),
        operator=operator,
        defaults=defaults,
        files={code: path for code, (_, path) in countries.items()},
        digest=_digest(read),
        brands=brands,
    )


def _digest(paths: Sequence[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        digest.update(f"{path.parent.name}/{path.name}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def read_pack(path: Path, model: type[Model]) -> Model:
    """
    Return one file as a pack.

    :raises BadPack: it is no TOML, or does not fit the schema; a fault per misfit, with its line.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        raise BadPack(faults=[{"file": str(path), "line": 0, "reason": str(fault)}]) from None
    try:
        return model.model_validate(tomllib.loads(text, parse_float=Decimal))
    except tomllib.TOMLDecodeError as fault:
        found = re.search(r"at line (\d+)", str(fault))
        line = int(found[1]) if found else text.count("\n") + 1
        raise BadPack(faults=[{"file": str(path), "line": line, "reason": str(fault)}]) from None
    except ValidationError as refusal:
        raise BadPack(
            faults=[
                {
                    "file": str(path),
                    "line": find_line(text, error["loc"]),
                    "reason": f"{'.'.join(map(str, error['loc'])) or 'the file'}: {error['msg']}",
                }
                for error in refusal.errors()
            ]
        ) from None


_HEADER = re.compile(r"^\s*(\[{1,2})\s*([A-Za-z0-9_.\-]+)\s*\]{1,2}")
_KEY = re.compile(r"^\s*\"?([A-Za-z0-9_\-]+)\"?\s*=")


def find_line(text: str, location: tuple[str | int, ...]) -> int:
    """Return the line (from 1) of the deepest part of a schema location that the TOML text writes out."""
    lines = dict(_places(text))
    for depth in range(len(location), 0, -1):
        if location[:depth] in lines:
            return lines[location[:depth]]
    return 1


def _places(text: str) -> Iterator[tuple[tuple[str | int, ...], int]]:
    counts: dict[tuple[str | int, ...], int] = {}
    here: tuple[str | int, ...] = ()
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(line):
            here = ()
            names = header[2].split(".")
            for position, name in enumerate(names):
                here += (name,)
                if position == len(names) - 1 and header[1] == "[[":
                    counts[here] = counts.get(here, -1) + 1
                    here += (counts[here],)
                elif here in counts:
                    here += (counts[here],)
            yield here, number
        elif key := _KEY.match(line):
            yield (*here, key[1]), number


def _find_cross_faults(
    code: str,
    pack: CountryPack,
    path: Path,
    unions: Mapping[str, tuple[UnionPack, Path]],
) -> Iterator[dict[str, Any]]:
    for position, union in enumerate(pack.unions):
        if union not in unions or code not in unions[union][0].members:
            line = find_line(path.read_text(encoding="utf-8"), ("unions",))
            reason = f"unions.{position}: there is no union {union!r} that counts {code} among its members"
            yield {"file": str(path), "line": line, "reason": reason}
    seen: set[str] = set()
    for position, regime in enumerate(pack.regimes):
        if regime.id in seen:
            line = find_line(path.read_text(encoding="utf-8"), ("regimes", position, "id"))
            yield {
                "file": str(path),
                "line": line,
                "reason": f"regimes.{position}.id: {regime.id!r} is there twice",
            }
        seen.add(regime.id)


def _find_missing_names(
    pack: CountryPack,
    path: Path,
    countries: Mapping[str, tuple[CountryPack, Path]],
    unions: Mapping[str, tuple[UnionPack, Path]],
) -> Iterator[dict[str, Any]]:
    """Yield a fault for each country or union that a pack leans on and nobody wrote."""
    areas = [(("territories", position), area) for position, area in enumerate(pack.territories)]
    named: list[tuple[tuple[str | int, ...], str, bool]] = [
        (("part_of",), pack.part_of, pack.part_of in countries),
        (("union_imports",), pack.union_imports, pack.union_imports in unions),
        (("tariff_of",), pack.tariff_of, pack.tariff_of in countries or pack.tariff_of in unions),
        *(((*place, "country"), area.country, area.country in countries) for place, area in areas),
        *(((*place, "union_imports"), area.union_imports, area.union_imports in unions) for place, area in areas),
        *(((*place, "unions"), union, union in unions) for place, area in areas for union in area.unions),
    ]
    for location, name, known in named:
        if name and not known:
            line = find_line(path.read_text(encoding="utf-8"), location)
            yield {
                "file": str(path),
                "line": line,
                "reason": f"{'.'.join(map(str, location))}: there is no pack {name!r}",
            }


def _with_unions(pack: CountryPack, unions: Mapping[str, UnionPack], defaults: DefaultsPack) -> CountryPack:
    own = [unions[code] for code in pack.unions]

    def named(row: Any) -> Any:
        return row.model_copy(update={"id": row.id.replace("{country}", pack.code)})

    imports = pack.regimes + tuple(named(regime) for union in own for regime in union.regimes)
    imports += _imports_like(unions.get(pack.union_imports), pack.code)
    areas = tuple(
        area.model_copy(
            update={
                "regimes": _doubted(
                    area.regimes + _imports_like(unions.get(area.union_imports), area.code), area.import_doubts
                )
            }
        )
        for area in pack.territories
    )
    return pack.model_copy(
        update={
            "sales": pack.sales + tuple(named(rule) for union in own for rule in union.sales) + defaults.sales,
            "regimes": _doubted(imports, pack.import_doubts),
            "territories": areas,
            "rate_unconfirmed_hs": pack.rate_unconfirmed_hs
            + tuple(prefix for union in own for prefix in union.rate_unconfirmed_hs),
            "fees": pack.fees + tuple(fee for union in own for fee in union.fees),
            "restricted": pack.restricted
            + tuple(named(row) for union in own for row in union.restricted)
            + defaults.restricted,
        }
    )


def _confirmed_only(area: str, unions: Sequence[str]) -> Restriction:
    """Return the rule by which goods without a confirmed HS code do not enter a country or union from outside."""
    return Restriction(
        id=f"{area}-confirmed-codes-only",
        direction="import",
        destinations=(area,),
        not_origins=(area, *unions),
        goods=Goods(flags=("hs_unconfirmed",)),
        reason="hs_code_required",
        source="the operator's decision (confirmed_codes_only)",
        confidence="high",
    )


def _imports_like(union: UnionPack | None, code: str) -> tuple[Regime, ...]:
    """Return a union's import regimes for a place outside of its taxes: no one-stop shop reaches there."""
    regimes = union.regimes if union is not None else ()
    return tuple(
        regime.model_copy(update={"id": regime.id.replace("{country}", code)})
        for regime in regimes
        if not regime.scheme
    )


def _doubted(regimes: tuple[Regime, ...], doubts: tuple[Doubt, ...]) -> tuple[Regime, ...]:
    if not doubts:
        return regimes
    return tuple(regime.model_copy(update={"doubts": regime.doubts + doubts}) for regime in regimes)


def _with_parent(pack: CountryPack, packs: Mapping[str, CountryPack]) -> CountryPack:
    """Return a pack that is a part of another with that one's rules in it, for all who read packs one by one."""
    if not pack.part_of:
        return pack
    parent = packs[pack.part_of]
    names = ("tax_name", "prices_include_tax", "tax_rates", "rate_unconfirmed_hs", "sales", "regimes", "fees")
    return pack.model_copy(update={name: getattr(parent, name) for name in (*names, "restricted")})
