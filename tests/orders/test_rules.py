"""Shares and postings as pure functions."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal
from uuid import UUID

from hypothesis import given, strategies as st

from entrepot.kernel.money import Money
from entrepot.orders.rules.postings import (
    LineCount,
    cancel_pieces,
    capture_transfers,
    release_transfers,
    taxes_at_capture,
)
from entrepot.orders.rules.shares import share_between, share_of
from entrepot.pricing.quote import LineQuote, OrderQuote, Part, SellerDue, SellerTerms
from entrepot.shipping.rules import DeliveryChoice

ORDER = UUID(int=1)
SELLER = UUID(int=2)
AUTHORITIES = {"DE-RULE": "IOSS"}


@given(amount=st.integers(0, 10**9), steps=st.lists(st.integers(1, 9), min_size=1, max_size=6))
def test_shares_given_in_steps_add_up_to_the_amount(amount, steps):
    of, before, given_back = sum(steps), 0, 0
    for step in steps:
        share = share_between(amount, before=before, after=before + step, of=of)
        assert share >= 0
        given_back += share
        before += step
    assert given_back == amount
    assert share_of(amount, 0, of) == 0
    assert share_of(amount, of, of) == amount


def test_a_half_goes_to_the_buyer():
    assert share_of(5, 1, 2) == 3
    assert share_between(5, before=1, after=2, of=2) == 2


def part(code, group, liable, shares, native_shares, native_currency, payable="now"):
    return Part(
        code=code,
        group=group,
        amount=sum(shares),
        payable=payable,
        rate=Decimal(19),
        base=None,
        liable=liable,
        source="test",
        valid_from=date(2026, 7, 1),
        reason="",
        native=Money(sum(native_shares), native_currency),
        rule="DE-RULE",
        shares=tuple(shares),
        native_shares=tuple(native_shares),
    )


@st.composite
def quotes(draw):
    """An order of some lines: any amounts, the buyer's and the seller's currency the same or not, a tax in a third."""
    count = draw(st.integers(1, 4))
    amounts = st.lists(st.integers(0, 100_000), min_size=count, max_size=count)
    currency = draw(st.sampled_from(["EUR", "JPY"]))
    payout = draw(st.sampled_from(["EUR", "CNY"]))
    tax_currency = draw(st.sampled_from(["EUR", "GBP"]))
    shares = {name: draw(amounts) for name in ("goods", "delivery", "vat", "home_vat", "duty", "fees")}
    native = {name: draw(amounts) for name in shares}
    for name, target in (("vat", tax_currency), ("duty", tax_currency), ("fees", tax_currency), ("home_vat", payout)):
        if target == currency:
            native[name] = shares[name]
    quantities = draw(st.lists(st.integers(1, 5), min_size=count, max_size=count))
    due = [
        SellerDue(payout, *(native[name][place] for name in ("goods", "delivery", "home_vat")), 0)
        for place in range(count)
    ]
    lines = tuple(
        LineQuote(
            sku=f"SKU{place}",
            sku_id=place,
            listing_id=UUID(int=place),
            title="",
            options={},
            quantity=quantities[place],
            unit_price=Money(1, payout),
            goods=shares["goods"][place],
            goods_native=Money(native["goods"][place], payout),
            hs_code=None,
            origin_country=None,
            weight_g=None,
            delivery=shares["delivery"][place],
            duty=shares["duty"][place],
            tax=shares["vat"][place] + shares["home_vat"][place],
            fees=shares["fees"][place],
            total=sum(shares[name][place] for name in shares),
            due=due[place],
        )
        for place in range(count)
    )
    parts = (
        part("goods", "goods", None, shares["goods"], native["goods"], payout),
        part("delivery", "delivery", None, shares["delivery"], native["delivery"], payout),
        part("vat", "tax", "platform", shares["vat"], native["vat"], tax_currency),
        part("home_vat", "tax", "seller", shares["home_vat"], native["home_vat"], payout),
        part("duty", "duty", "carrier", shares["duty"], native["duty"], tax_currency),
        part("fees", "fees", "carrier", shares["fees"], native["fees"], tax_currency),
        part("door", "tax", "buyer", [777] * count, [777] * count, tax_currency, payable="door"),
    )
    sums = {name: sum(shares[name]) for name in shares}
    quote = OrderQuote(
        seller=SellerTerms(
            SELLER, "store", "Store", "CN", "CN", "", "", True, frozenset(), False, payout, can_sell=True
        ),
        lines=lines,
        parts=parts,
        goods=sums["goods"],
        delivery=sums["delivery"],
        duty=sums["duty"],
        tax=sums["vat"] + sums["home_vat"],
        fees=sums["fees"],
        total=sum(sums.values()),
        at_door=777 * count,
        sure=True,
        unsure=(),
        import_charges="prepaid",
        regime="DE-RULE",
        service=DeliveryChoice("post", "Post", "Post", "post", 1, 2, False, True, Money(0, payout), 0, estimated=False),
        due_native=SellerDue(payout, *(sum(native[name]) for name in ("goods", "delivery", "home_vat")), 0),
        rates={},
    )
    return quote, currency


def apply(balances, transfers):
    for transfer in transfers:
        balances[transfer.debit] -= transfer.amount.minor
        balances[transfer.credit] += transfer.amount.minor


@given(quoted=quotes(), data=st.data())
def test_whatever_is_cancelled_in_steps_escrow_ends_empty_and_the_buyer_gets_exactly_the_rest_back(quoted, data):
    quote, currency = quoted
    if not quote.total:
        return
    balances = defaultdict(int)
    apply(
        balances,
        capture_transfers(
            order_id=ORDER, total=Money(quote.total, currency), taxes=taxes_at_capture(quote, AUTHORITIES)
        ),
    )
    cancelled = [0] * len(quote.lines)
    refunded = 0
    for _ in range(data.draw(st.integers(0, 4))):
        place = data.draw(st.integers(0, len(quote.lines) - 1))
        left = quote.lines[place].quantity - cancelled[place]
        if not left:
            continue
        pieces = data.draw(st.integers(1, left))
        amounts = cancel_pieces(
            quote,
            order_id=ORDER,
            currency=currency,
            authorities=AUTHORITIES,
            counts=[LineCount(line.quantity, done) for line, done in zip(quote.lines, cancelled, strict=True)],
            cancel={place: pieces},
        )
        cancelled[place] += pieces
        refunded += amounts.total
        apply(balances, amounts.transfers)
    counts = [LineCount(line.quantity, done) for line, done in zip(quote.lines, cancelled, strict=True)]
    apply(
        balances,
        release_transfers(
            quote, order_id=ORDER, seller_id=SELLER, currency=currency, authorities=AUTHORITIES, counts=counts
        ),
    )
    by_kind = defaultdict(int)
    for account, balance in balances.items():
        by_kind[(account.kind, account.currency)] += balance
    assert by_kind[("escrow", currency)] == 0
    assert by_kind[("refund_pending", currency)] == refunded
    assert by_kind[("psp_receivable", currency)] == -quote.total
    if all(count.cancelled == count.ordered for count in counts):
        assert refunded == quote.total
        assert {kind for (kind, _), balance in by_kind.items() if balance} <= {"refund_pending", "psp_receivable"}
    if not any(cancelled):
        payout = quote.seller.payout_currency
        assert by_kind[("seller_payable", payout)] == quote.due_native.net.minor


@given(quoted=quotes())
def test_cancelling_a_whole_line_gives_back_what_it_cost(quoted):
    quote, currency = quoted
    counts = [LineCount(line.quantity, 0) for line in quote.lines]
    for place, line in enumerate(quote.lines):
        amounts = cancel_pieces(
            quote,
            order_id=ORDER,
            currency=currency,
            authorities=AUTHORITIES,
            counts=counts,
            cancel={place: line.quantity},
        )
        assert amounts.total == line.total
        assert amounts.per_line[place] == line.total


@given(quoted=quotes())
def test_a_quote_survives_its_json(quoted):
    quote, _ = quoted
    assert OrderQuote.from_json(quote.as_json()) == quote
