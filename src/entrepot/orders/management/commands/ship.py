"""`entrepot ship`: hand an order to its carrier from the command line, and move simulated parcels along."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from entrepot.kernel import clock
from entrepot.orders import fulfilment, queries
from entrepot.orders.operations import record_delivery
from entrepot.shipping import carriers
from entrepot.shipping.rules import TRACKING_WORDS


class Command(BaseCommand):
    help = (
        "Ship what is left of an order in one parcel, with the tracking number given or a label booked with the "
        "carrier. With --simulate, move the order's parcels to a tracking word instead (simulated carrier only)."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("order", help="the order's number, such as 7K3M9-XQ2RT-1")
        parser.add_argument("--tracking", metavar="N", help="the parcel's tracking number (S10 for postal services)")
        parser.add_argument("--carrier", help="another carrier than the order's quote named")
        parser.add_argument(
            "--simulate",
            nargs="?",
            const="Delivered",
            choices=TRACKING_WORDS,
            metavar="WORD",
            help=f"move the parcels until this word (default Delivered); one of {', '.join(TRACKING_WORDS)}",
        )
        parser.add_argument("--json", action="store_true", help="report as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        now = clock.now()
        order_id = queries.find_order(options["order"])
        order = queries.get_any_order(order_id)
        moved = 0
        if options["simulate"]:
            moved = carriers.advance_parcels(order_id=order_id, until=options["simulate"], now=now)
            record_delivery(order_id=order_id, now=now)
        else:
            fulfilment.ship_order(
                seller_id=order.seller_id,
                order_id=order_id,
                tracking_number=options["tracking"],
                carrier=options["carrier"],
                now=now,
            )
        order = queries.get_any_order(order_id)
        self._report(order, moved=moved, as_json=options["json"])

    def _report(self, order: queries.OrderView, *, moved: int, as_json: bool) -> None:
        parcels = [
            {
                "number": parcel.number,
                "carrier": parcel.carrier,
                "tracking_number": parcel.tracking_number,
                "status": parcel.status,
            }
            for parcel in order.parcels
        ]
        if as_json:
            report = {"order": order.number, "state": order.state, "moved": moved, "parcels": parcels}
            self.stdout.write(json.dumps(report))
            return
        self.stdout.write(f"Order {order.number}: {order.state}")
        for parcel in parcels:
            self.stdout.write(
                f"  {parcel['number']}  {parcel['carrier']} {parcel['tracking_number'] or '-'}  {parcel['status']}"
            )
