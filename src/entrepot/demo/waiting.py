"""Sellers who are not through yet: two wait for the operator, one got its registration back."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from entrepot.accounts import operations as accounts
from entrepot.demo.newcomers import Newcomer, submit_newcomer
from entrepot.sellers import operations

_WAITS = Newcomer(
    country="ES",
    legal_name="Cestería Albaida S.L.",
    store_name="Cestería Albaida",
    slug="cesteria-albaida",
    serial=2001,
    representative="Lucía Ferrer Soler",
    street="Carrer de la Bassa 12",
    city="Albaida",
    region="V",
    postal_code="46860",
)
_WAITS_LONGER = Newcomer(
    country="KZ",
    legal_name="ТОО «Тұлпар Киіз»",
    store_name="Тұлпар Киіз",
    slug="tulpar-kiiz",
    serial=2003,
    representative="Асель Бекова",
    street="ул. Толе би 18",
    city="Тараз",
    postal_code="080000",
)
_SENT_BACK = Newcomer(
    country="TR",
    legal_name="Deniz Arslan",
    store_name="Deniz Halı",
    slug="deniz-hali",
    serial=2002,
    form="sole_trader",
    representative="Deniz Arslan",
    street="Kilimciler Sokak 4",
    city="Milas",
    region="Muğla",
    postal_code="48200",
)
_REASONS = [
    {"field": "register_number", "reason": "The register shows this number for another business."},
    {"field": "", "reason": "The scan of the register entry cannot be read: the right half is cut off."},
]
WAITS_EMAIL, SENT_BACK_EMAIL = (f"{newcomer.slug}@sellers.example" for newcomer in (_WAITS, _SENT_BACK))


def register(*, password: str, operator: str, now: datetime) -> None:
    """Have them register; the operator sends the last one back."""
    _submit(_WAITS_LONGER, language="ru", password=password, now=now - timedelta(days=4))
    _submit(_WAITS, language="es", password=password, now=now - timedelta(hours=20))
    seller_id = _submit(_SENT_BACK, language="tr", password=password, now=now - timedelta(days=3))
    operations.reject_seller(seller_id=seller_id, actor=operator, reasons=_REASONS, now=now - timedelta(days=1))


def _submit(newcomer: Newcomer, *, language: str, password: str, now: datetime) -> UUID:
    owner = accounts.create_person(
        email=f"{newcomer.slug}@sellers.example",
        password=password,
        name=newcomer.representative,
        language=language,
        email_confirmed=True,
        now=now,
    )
    return submit_newcomer(newcomer, person_id=owner.id, now=now)
