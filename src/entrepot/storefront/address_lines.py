"""An address as it is read: line by line, the region and the country by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import get_language

from entrepot.ui import formats
from entrepot.ui.address_form import region_name


def lines_of(country: str, fields: Mapping[str, Any]) -> list[str]:
    """Return an address's lines; what it leaves out makes no line."""
    place = " ".join(part for part in (fields["postal_code"], fields["city"], fields["district"]) if part)
    region = region_name(country, fields["region"], get_language() or "en")
    rows = [fields["name"], fields["company"], fields["street"], fields["street2"], place, region]
    return [row for row in (*rows, formats.country(country)) if row]
