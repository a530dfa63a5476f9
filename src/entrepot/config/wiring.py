"""Which outside firm stands behind which room's port. The one place where adapters are named."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from entrepot.accounts import ports as personal_data
from entrepot.catalog import ports as web_sources
from entrepot.integrations.opensearch.cluster import read_place
from entrepot.integrations.opensearch.engine import OpenSearchEngine
from entrepot.integrations.public_web import PublicWeb
from entrepot.integrations.published_rates import PublishedRates
from entrepot.integrations.sandbox_payments import SandboxPayments
from entrepot.integrations.simulated_carrier import SimulatedCarrier
from entrepot.integrations.webhook_sender import HttpsWebhookSender
from entrepot.markets import ports as exchange_rates
from entrepot.notifications import ports as webhooks
from entrepot.orders.personal_data import OrdersData
from entrepot.payments import ports as payment_services
from entrepot.search import ports as search_engines
from entrepot.search.embedded.engine import EmbeddedEngine
from entrepot.search.index_port import SearchEngine
from entrepot.search.stamp import get_stamp
from entrepot.search.words.synonyms import list_rules
from entrepot.sellers.handlers import SellersPersonalData
from entrepot.shipping import ports as carriers
from entrepot.storefront import reach
from entrepot.ui import ports as page_frame


def bind() -> None:
    """Bind every port to its adapter, once, when Django has loaded the rooms."""
    page_frame.bind_reach(reach.get_reach)
    if settings.SANDBOX_PAYMENTS:
        payment_services.bind("sandbox", SandboxPayments())
    if settings.SIMULATED_CARRIER:
        carriers.bind(carriers.ANY_CARRIER, SimulatedCarrier())
    web_sources.bind(
        pictures=PublicWeb(),
        feeds=PublicWeb(bytes_max=256 * 1024 * 1024, total_seconds=120.0, wanted="*/*"),
    )
    exchange_rates.bind_fetcher(PublishedRates())
    if settings.SYNONYMS_DIR:
        list_rules(Path(settings.SYNONYMS_DIR))  # A fault in them stops the start, not a buyer's search.
    search_engines.bind(_make_search_engine())
    webhooks.bind_sender(HttpsWebhookSender())
    personal_data.bind(SellersPersonalData())
    personal_data.bind(OrdersData())


def _make_search_engine() -> SearchEngine:
    if settings.SEARCH == "embedded":
        return EmbeddedEngine(settings.SEARCH_DIR, stamp=get_stamp)
    return OpenSearchEngine(read_place(settings.SEARCH), stamp=get_stamp)
