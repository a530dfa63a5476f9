"""Ranks kept on disk: read as they were kept, by every process, each shelf by itself."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from hypothesis import given, strategies as st

from entrepot.kernel.money import Money
from entrepot.pricing.quote import CardPrice, ImportCharges
from entrepot.pricing.ranks import LACKING, UNPRICED, amount_of, to_rank
from entrepot.pricing.shelves import Shelves

STAMPS = (1_795_000_000_000_000_001, 7, 1_795_000_000_000_000_000)


def test_ranks_come_back_in_the_order_asked_for(tmp_path: Path) -> None:
    shelves = Shelves(tmp_path)
    shelves.keep("DE", "monday", {STAMPS[0]: 10, STAMPS[2]: UNPRICED})
    assert shelves.read("DE", "monday", STAMPS) == [10, None, UNPRICED]
    assert shelves.read("DE", "monday", STAMPS[::-1]) == [UNPRICED, None, 10]
    assert shelves.read("DE", "tuesday", STAMPS) == [None, None, None]
    assert shelves.read("FR", "monday", STAMPS) == [None, None, None]
    assert shelves.count("DE", "monday") == 2


def test_another_process_reads_what_was_kept_and_adds_to_it(tmp_path: Path) -> None:
    shelves = Shelves(tmp_path)
    shelves.keep("DE", "monday", {STAMPS[0]: 10})
    other = f"""
from pathlib import Path
from entrepot.pricing.shelves import Shelves
shelves = Shelves(Path({str(tmp_path)!r}))
assert shelves.read("DE", "monday", {STAMPS[:1]}) == [10]
shelves.keep("DE", "monday", {{{STAMPS[1]}: 20}})
"""
    subprocess.run([sys.executable, "-c", other], check=True, timeout=60)
    assert shelves.read("DE", "monday", STAMPS) == [10, 20, None]


def test_what_is_not_wanted_any_more_is_cleared_away(tmp_path: Path) -> None:
    shelves = Shelves(tmp_path)
    for country, name in (("DE", "monday"), ("DE", "tuesday"), ("FR", "monday")):
        shelves.keep(country, name, {STAMPS[0]: 10})
    shelves.note_whole("DE", "tuesday")
    shelves.clear({"DE": {"tuesday"}})
    del shelves  # One process opens a shelf but once.
    fresh = Shelves(tmp_path)
    assert fresh.read("DE", "tuesday", STAMPS[:1]) == [10]
    assert fresh.is_whole("DE", "tuesday")
    assert fresh.read("DE", "monday", STAMPS[:1]) == [None]
    assert fresh.read("FR", "monday", STAMPS[:1]) == [None]
    fresh.forget_whole()
    assert not fresh.is_whole("DE", "tuesday")


def test_a_country_is_wanted_from_when_it_was_asked_for(tmp_path: Path) -> None:
    shelves = Shelves(tmp_path)
    assert shelves.list_asked(within_seconds=3600) == []
    shelves.ask("KZ")
    shelves.ask("DE")
    assert shelves.list_asked(within_seconds=3600) == ["DE", "KZ"]
    assert shelves.list_asked(within_seconds=-3600) == []


def test_a_shelf_that_cannot_be_read_holds_nothing(tmp_path: Path) -> None:
    place = tmp_path / "DE" / "monday"
    place.mkdir(parents=True)
    (place / "data.mdb").write_bytes(b"no database at all" * 1000)
    shelves = Shelves(tmp_path)
    assert shelves.read("DE", "monday", STAMPS) == [None, None, None]
    shelves.keep("DE", "monday", {STAMPS[0]: 10})  # Lost, and nobody is the worse for it.
    assert shelves.read("DE", "monday", STAMPS) == [None, None, None]


def _price(amount: int, charges: ImportCharges, *, at_door: int = 0, available: int = 1) -> CardPrice:
    return CardPrice(
        sku="A",
        amount=amount,
        currency="EUR",
        sure=True,
        import_charges=charges,
        from_price=Money(amount, "EUR"),
        several_prices=False,
        at_door=at_door,
        days_min=1,
        days_max=2,
        available=available,
    )


CHARGES: tuple[ImportCharges, ...] = ("none", "prepaid", "due_at_door", "unknown")
PRICES = st.builds(
    _price,
    st.integers(0, 10**12),
    st.sampled_from(CHARGES),
    at_door=st.integers(0, 10**9),
    available=st.integers(0, 3),
)


def _place(price: CardPrice, *, lacks: bool) -> tuple[bool, bool, int, int]:
    charges = max(0, CHARGES.index(price.import_charges) - 1)
    return price.available == 0, lacks, charges, price.amount + price.at_door


@given(PRICES, PRICES, st.booleans(), st.booleans())
def test_ranks_order_by_stock_then_words_then_charges_then_amount(
    one: CardPrice, other: CardPrice, one_lacks: bool, other_lacks: bool
) -> None:
    ranks = [to_rank(price) | (LACKING if lacks else 0) for price, lacks in ((one, one_lacks), (other, other_lacks))]
    assert (ranks[0] < ranks[1]) == (_place(one, lacks=one_lacks) < _place(other, lacks=other_lacks))
    assert max(ranks) < UNPRICED == to_rank(None)
    assert amount_of(ranks[0]) == one.amount + one.at_door
    assert amount_of(UNPRICED) is None
