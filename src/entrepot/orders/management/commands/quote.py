from __future__ import annotations

import json
import re
from argparse import ArgumentTypeError
from decimal import Decimal, InvalidOperation
from typing import Any

from babel.numbers import is_currency
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _, override

from entrepot.kernel import arguments, clock
from entrepot.markets import queries as markets
from entrepot.orders import explaining, queries
from entrepot.pricing import labels
from entrepot.pricing.estimates import Estimate, EstimateItem, EstimateRequest, make_estimate
from entrepot.ui.words import in_language

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


def _item(text: str) -> EstimateItem:
    pairs = dict(pair.partition("=")[::2] for pair in text.split(","))
    if unknown := set(pairs) - set(_KEYS):
        raise ArgumentTypeError(f"{', '.join(sorted(unknown))}: an item has {', '.join(_KEYS)}")
    if "value" not in pairs:
        raise ArgumentTypeError("an item needs a value")
    if not re.fullmatch(r"[1-9][0-9]{0,5}", pairs.get("quantity", "1")):
        raise ArgumentTypeError(f"{pairs['quantity']!r} is no quantity")
    if not re.fullmatch(r"[0-9]{0,8}", pairs.get("weight_g", "")):
        raise ArgumentTypeError(f"{pairs['weight_g']!r} is no weight in grams")
    return EstimateItem(
        value=_decimal(pairs["value"]),
        quantity=int(pairs.get("quantity", "1")),
        hs=pairs.get("hs", "").replace(".", ""),
        origin=_country(pairs["origin"]) if pairs.get("origin") else "",
        weight_g=int(pairs["weight_g"]) if pairs.get("weight_g") else None,
    )


def _pair(text: str) -> tuple[str, Decimal]:
    found = re.fullmatch(r"([A-Z]{3})/([A-Z]{3})=([0-9.]+)", text.upper())
    if found is None or found[1] == found[2] or not (rate := _decimal(found[3])):
        raise ArgumentTypeError(f"{text!r} is no exchange rate such as USD/BRL=5.50")
    for currency in (found[1], found[2]):
        if not is_currency(currency):
            raise ArgumentTypeError(f"{text!r}: {currency} is no ISO 4217 currency")
    return f"{found[1]}/{found[2]}", rate


class Command(BaseCommand):
    help = (
        "Show the landed cost of goods from one country to another: goods, delivery, duty, import tax and fees, each "
        "with its rule and source. Prices are taken without tax; what falls due at the door is in the total. Needs no "
        "running database: without one the exchange rates that ship are used. `quote explain ORDER` shows how the "
        "price of an order came about, and works it out again from what the order keeps."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.usage = (
            "entrepot quote --from XX --to XX --item hs=610910,value=20.00,weight_g=300 [--item ...] [options]\n"
            "       entrepot quote explain ORDER [--language CODE] [--json]\n"
            "       entrepot quote --help"
        )
        parser.add_argument("action", nargs="?", choices=["explain"], help="explain: how an order's price came about")
        parser.add_argument("order", nargs="?", help="the order's number, such as ABCD1234-1 (with explain)")
        parser.add_argument("--from", dest="origin", type=_country, metavar="XX", help="sent from")
        parser.add_argument("--to", dest="target", type=_country, metavar="XX", help="sent to")
        parser.add_argument("--from-region", dest="origin_region", default="", help="region of the sender")
        parser.add_argument(
            "--from-postal-code",
            dest="origin_postal_code",
            default="",
            help="postal code of the sender (Canary Islands …)",
        )
        parser.add_argument("--region", default="", help="region of the destination (default: the capital's)")
        parser.add_argument("--postal-code", default="", help="postal code of the destination")
        parser.add_argument(
            "--currency", default="", metavar="CODE", help="of values and answer (default: the destination's)"
        )
        parser.add_argument("--on", type=arguments.day, metavar="DATE", help="day of the sale (default: today)")
        parser.add_argument(
            "--item",
            action="append",
            type=_item,
            metavar="hs=610910,value=20.00,quantity=2,weight_g=300,origin=CN",
            help="goods; `value` is the price of one piece, `origin` the sender's country unless named; repeatable",
        )
        parser.add_argument("--delivery", type=_decimal, default=Decimal(0), metavar="AMOUNT", help="delivery charged")
        parser.add_argument(
            "--channel",
            default="",
            choices=["registered", "post", "courier"],
            help="`registered`: the platform holds every registration; `post`, `courier`: it holds none (default: "
            "what the operator holds, any channel)",
        )
        parser.add_argument("--prepaid", action="store_true", help="the delivery service prepays duties and taxes")
        parser.add_argument("--duty-rate", type=_decimal, metavar="PERCENT", help="in place of the tariff's basic rate")
        parser.add_argument("--fx", action="append", type=_pair, metavar="USD/BRL=5.50", help="an exchange rate")
        parser.add_argument(
            "--language", type=arguments.language, default="en", metavar="CODE", help="of the words (default: en)"
        )
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["action"] == "explain":
            self._explain(options)
        else:
            self._estimate(options)

    def _explain(self, options: dict[str, Any]) -> None:
        if not options["order"]:
            raise CommandError("the order's number is needed: entrepot quote explain ORDER")
        found = queries.explain_order(queries.find_order(options["order"]))
        if options["json"]:
            self._write_json(explaining.as_plain(found, options["language"]))
        else:
            self.stdout.write("\n".join(explaining.as_lines(found, options["language"])))

    def _estimate(self, options: dict[str, Any]) -> None:
        missing = [
            name for name, key in (("--from", "origin"), ("--to", "target"), ("--item", "item")) if not options[key]
        ]
        if missing:
            raise CommandError(f"{', '.join(missing)} must be given")
        found = make_estimate(
            EstimateRequest(
                origin=options["origin"],
                destination=options["target"],
                items=tuple(options["item"]),
                currency=options["currency"].upper(),
                region=options["region"],
                postal_code=options["postal_code"],
                origin_region=options["origin_region"],
                origin_postal_code=options["origin_postal_code"],
                on=options["on"],
                delivery=options["delivery"],
                channel=options["channel"],
                duties_prepaid=options["prepaid"],
                duty_rate=options["duty_rate"],
                fx=dict(options["fx"] or ()),
            ),
            now=clock.now(),
        )
        document = found.as_plain(options["language"])
        if options["json"]:
            self._write_json(document)
        else:
            self._tell(document, found, options["language"])

    def _write_json(self, document: dict[str, Any]) -> None:
        self.stdout.write(json.dumps(document, ensure_ascii=False, indent=2))

    def _tell(self, document: dict[str, Any], found: Estimate, language: str) -> None:
        currency = document["currency"]
        for line in explaining.part_lines(found.order.parts, currency, language):
            self.stdout.write(line)
        order = found.order
        self.stdout.write(f"{in_language('Total', language):<28}{document['total']:>14} {currency}")
        for line in explaining.doubt_lines(order, language):
            self.stdout.write(line)
        if not found.corridor.open:
            reason = labels.reason(found.corridor.reason or "", language)
            self.stdout.write(f"{in_language('Closed', language)}: {reason} ({found.corridor.source})")
        if order.regime:
            self.stdout.write(f"{in_language('Import rules', language)}: {order.regime}")
        with override(language):
            self.stdout.write(explaining.tell_rates(order) or _("No exchange rate was needed."))
