from __future__ import annotations

from itertools import count

from entrepot.catalog.queries import SkuView
from entrepot.kernel.money import Money
from entrepot.storefront import variants

_ids = count(1)


def sku(available: int = 5, **options: str) -> SkuView:
    number = next(_ids)
    return SkuView(
        sku=f"SKU{number}", sku_id=number, seller_sku=str(number), options=tuple(options.items()),
        price=Money(100, "EUR"), available=available, on_hand=available, reserved=0, weight_g=None, gtin="",
        state="active",
    )  # fmt: skip


def shown(skus: list[SkuView], chosen: SkuView) -> dict[str, list[tuple[str, str, str, str]]]:
    return {
        option.name: [(value.text, value.sku, value.state, value.note) for value in option.values]
        for option in variants.list_options(skus, chosen)
    }


def test_a_value_leads_to_the_variant_that_differs_in_it_alone() -> None:
    small_red, large_red, small_blue = sku(C="red", S="S"), sku(C="red", S="L"), sku(C="blue", S="S", available=0)
    skus = [small_red, large_red, small_blue]
    assert shown(skus, small_red) == {
        "C": [("red", small_red.sku, "", ""), ("blue", small_blue.sku, "out", "sold out")],
        "S": [("S", small_red.sku, "", ""), ("L", large_red.sku, "", "")],
    }
    (colour, _size) = variants.list_options(skus, small_red)
    assert [value.is_chosen for value in colour.values] == [True, False]


def test_a_combination_that_does_not_exist_leads_to_the_nearest_one_and_says_which() -> None:
    large_red, small_blue = sku(C="red", S="L"), sku(C="blue", S="S")
    assert shown([large_red, small_blue], large_red) == {
        "C": [("red", large_red.sku, "", ""), ("blue", small_blue.sku, "other", "only in S")],
        "S": [("L", large_red.sku, "", ""), ("S", small_blue.sku, "other", "only in blue")],
    }


def test_the_nearest_keeps_what_was_chosen_and_prefers_what_is_in_stock() -> None:
    chosen, farther = sku(C="red", S="L", F="wool"), sku(C="blue", S="M", F="silk")
    gone, there = sku(C="blue", S="L", F="silk", available=0), sku(C="blue", S="L", F="linen")
    assert shown([chosen, farther, gone, there], chosen)["C"][1] == ("blue", there.sku, "other", "only in linen")


def test_the_first_in_stock_is_meant_unless_the_address_names_another() -> None:
    empty, full = sku(available=0), sku()
    assert variants.choose([empty, full], "") == full
    assert variants.choose([empty, full], empty.sku) == empty
    assert variants.choose([empty], "nothing") == empty
