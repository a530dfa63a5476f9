"""Whether an address could be sent to, before anything is ordered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from entrepot.kernel.errors import InvalidField
from entrepot.orders.rules.address import Address, read_address


def check_address(fields: Mapping[str, Any], *, country: str) -> Address:
    """
    Return an address as a cart would keep it: in its country's own form, the phone number in international form.

    Numbers that customs asks for are left out: they belong to an order.

    :raises InvalidField: each fault with its field ("address.city") and reason.
    """
    address, faults = read_address(fields, country=country, id_kinds=())
    if faults or address is None:
        raise InvalidField(errors=faults)
    return address
