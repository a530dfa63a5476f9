from __future__ import annotations

import json
import re
from argparse import ArgumentTypeError
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import Error as DatabaseError

from entrepot.kernel import clock
from entrepot.kernel.errors import DomainError
from entrepot.kernel.money import Money
from entrepot.markets import queries as markets
from entrepot.markets.rules import FxTable
from entrepot.pricing import labels, queries, trial
from entrepot.pricing.quote import Destination, OrderQuote
from entrepot.pricing.rules import Desk

_KEYS = ("hs", "value", "quantity", "weight_g", "origin")


def _country(text: str) -> str:
    code = text.upper()
    if code not in markets.list_iso_countries():
        raise ArgumentTypeError(f"{text!r} is no ISO 3166-1 country code")
    return code


def _decimal(text: str) -> Decimal:
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise ArgumentTypeError(f"{text!r} is no number") from None
    if not value.is_finite() or value < 0:
        raise ArgumentTypeError(f"{text!r} is no amount")
    return value


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is no date (YYYY-MM-DD)") from None


def _item(text: str) -> dict[str, str]:
    pairs = dict(pair.partition("=")[::2] for pair in text.split(","))
    if unknown := set(pairs) - set(_KEYS):
        raise ArgumentTypeError(f"{', '.join(sorted(unknown))}: an item has {', '.join(_KEYS)}")
    if "value" not in pairs:
        raise ArgumentTypeError("an item needs a value")
    if pairs.get("hs") and not re.fullmatch(r"[0-9]{6,10}", pairs["hs"].replace(".", "")):
        raise ArgumentTypeError(f"{pairs['hs']!r} is no HS code of 6 to 10 digits")
    if not re.fullmatch(r"[1-9][0-9]{0,5}", pairs.get("quantity", "1")):
        raise ArgumentTypeError(f"{pairs['quantity']!r} is no quantity")
    if not re.fullmatch(r"[0-9]{0,8}", pairs.get("weight_g", "")):
        raise ArgumentTypeError(f"{pairs['weight_g']!r} is no weight in grams")
    return pairs


def _pair(text: str) -> tuple[str, Decimal]:
    found = re.fullmatch(r"([A-Z]{3}/[A-Z]{3})=([0-9.]+)", text)
    if found is None or not (rate := _decimal(found[2])):
        raise ArgumentTypeError(f"{text!r} is no exchange rate such as USD/BRL=5.50")
    return found[1], rate


class Command(BaseCommand):
    help = (
        "Show the landed cost of goods from one country to another: goods, delivery, duty, import tax and fees, each "
        "with its rule and source. Prices are taken without tax; what falls due at the door is in the total. Needs no "
        "running database: without one the exchange rates that ship are used."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--from", dest="origin", required=True, type=_country, metavar="XX", help="sent from")
        parser.add_argument("--to", dest="target", required=True, type=_country, metavar="XX", help="sent to")
        parser.add_argument("--region", default=None, help="region of the destination (default: the capital's)")
        parser.add_argument("--postal-code", default=None, help="postal code of the destination")
        parser.add_argument("--currency", metavar="CODE", help="of values and answer (default: the destination's)")
        parser.add_argument("--on", type=_day, metavar="DATE", help="day of the sale (default: today)")
        parser.add_argument(
            "--item",
            action="append",
            required=True,
            type=_item,
            metavar="hs=610910,value=20.00,quantity=2,weight_g=300,origin=CN",
            help="goods; `value` is the price of one piece, `origin` the sender's country unless named; repeatable",
        )
        parser.add_argument("--delivery", type=_decimal, default=Decimal(0), metavar="AMOUNT", help="delivery charged")
        parser.add_argument(
            "--channel",
            choices=["registered", "post", "courier"],
            help="`registered`: the platform holds every registration; `post`, `courier`: it holds none (default: "
            "what the operator holds, any channel)",
        )
        parser.add_argument("--prepaid", action="store_true", help="the delivery service prepays duties and taxes")
        parser.add_argument("--duty-rate", type=_decimal, metavar="PERCENT", help="in place of the tariff's basic rate")
        parser.add_argument("--fx", action="append", type=_pair, metavar="USD/BRL=5.50", help="an exchange rate")
        parser.add_argument("--language", default="en", help="of the labels")
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        target, origin = options["target"], options["origin"]
        currency = (options["currency"] or markets.get_currency(target)).upper()
        at = datetime.combine(options["on"], time(12), tzinfo=UTC) if options["on"] else clock.now()
        table = _rates(at).with_pairs(dict(options["fx"] or ()))
        try:
            table.rate(currency, "EUR")
            desk = self._desk(options, table, currency, at)
            items = [_trial_item(pairs, currency) for pairs in options["item"]]
            channel = options["channel"] if options["channel"] in ("post", "courier") else None
            order = trial.make_trial(
                desk,
                origin=origin,
                items=items,
                delivery=Money.parse(options["delivery"], currency),
                channel=channel,
                duties_prepaid=options["prepaid"],
            )
        except DomainError as refusal:
            raise CommandError(str(refusal)) from None
        names = {part.code: labels.label(part.code, options["language"]) for part in order.parts}
        document = trial.as_plain(order, currency=currency, labels=names)
        document["fx_date"] = table.date.isoformat()
        corridor = markets.sanctions_corridor(origin, target, on=at.date())
        document["corridor"] = {"open": corridor.open, "reason": corridor.reason, "source": corridor.source}
        if options["json"]:
            self.stdout.write(json.dumps(document, ensure_ascii=False, indent=2))
        else:
            self._tell(document, order, options["language"])

    def _desk(self, options: dict[str, Any], table: FxTable, currency: str, at: datetime) -> Desk:
        book = queries.get_book()
        target = options["target"]
        region, postal_code = options["region"], options["postal_code"]
        destination = queries.reference_destination(target)
        if region is not None or postal_code is not None:
            # Half of the capital's address beside half of another would be a third place.
            destination = Destination(target, region or "", postal_code or "")
        schemes = {"registered": trial.all_schemes(book), "post": frozenset(), "courier": frozenset()}
        return Desk(
            book=book,
            rates=table,
            schedule=queries.get_schedule(),
            at=at,
            currency=currency,
            destination=queries.tidy_destination(destination),
            schemes=schemes.get(options["channel"]),
            basic_duty_rate=options["duty_rate"],
        )

    def _tell(self, document: dict[str, Any], order: OrderQuote, language: str) -> None:
        currency = document["currency"]
        for part in document["parts"]:
            rate = f"  {part['rate']} % of {part['base']}" if part["rate"] is not None and part["base"] else ""
            door = "  (at the door)" if part["payable"] == "door" and part["amount"].strip("0.") else ""
            self.stdout.write(f"{part['label']:<28}{part['amount']:>14} {currency}{rate}{door}")
            if part["reason"]:
                self.stdout.write(f"    {labels.reason(part['reason'], language)}")
            if part["group"] not in ("goods", "delivery") and part["source"]:
                since = f", since {part['valid_from']}" if part["valid_from"] else ""
                self.stdout.write(f"    {part['rule']}{since}: {part['source']}")
        self.stdout.write(f"{'Total':<28}{document['total']:>14} {currency}")
        if not order.sure:
            reasons = " ".join(labels.reason(code, language) for code in order.unsure)
            self.stdout.write(f"Not sure: {reasons}")
        if not document["corridor"]["open"]:
            self.stdout.write(
                f"Closed: {labels.reason(document['corridor']['reason'], language)} ({document['corridor']['source']})"
            )
        self.stdout.write(f"Regime {document['regime'] or 'unknown'}; exchange rates of {document['fx_date']}")


def _rates(at: datetime) -> FxTable:
    try:
        return markets.get_fx(at=at)
    except DatabaseError:
        return markets.get_shipped_fx()


def _trial_item(pairs: dict[str, str], currency: str) -> trial.TrialItem:
    return trial.TrialItem(
        value=Money.parse(pairs["value"], currency),
        quantity=int(pairs.get("quantity", "1")),
        hs=pairs.get("hs", "").replace(".", "") or None,
        origin=_country(pairs["origin"]) if pairs.get("origin") else None,
        weight_g=int(pairs["weight_g"]) if pairs.get("weight_g") else None,
    )
