"""Which job each fact starts. The one list of every reaction between rooms."""

from __future__ import annotations

from entrepot.catalog import events as catalog, jobs as catalog_jobs
from entrepot.kernel.jobs import Job
from entrepot.notifications import jobs as notifications
from entrepot.orders import events as orders, jobs as orders_jobs
from entrepot.payments import events as payments
from entrepot.search import jobs as search_jobs
from entrepot.shipping import events as shipping

SUBSCRIPTIONS: dict[str, tuple[Job, ...]] = {
    catalog.ListingsChanged.kind: (search_jobs.follow_listings,),
    catalog.ListingsRemoved.kind: (search_jobs.follow_listings,),
    catalog.PicturesWaiting.kind: (catalog_jobs.queue_pictures,),
    catalog.FeedQueued.kind: (catalog_jobs.run_feeds,),
    shipping.ParcelDelivered.kind: (orders_jobs.record_deliveries,),
    payments.RefundSettled.kind: (orders_jobs.book_refunds,),
    orders.OrderCompleted.kind: (orders_jobs.release_escrows,),
}
