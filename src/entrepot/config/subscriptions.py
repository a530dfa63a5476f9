"""Which job each fact starts. Search alone follows the facts by itself, on every machine (`search.following`)."""

from __future__ import annotations

from entrepot.catalog import events as catalog, jobs as catalog_jobs
from entrepot.kernel.jobs import Job
from entrepot.notifications import jobs as notifications
from entrepot.orders import events as orders, jobs as orders_jobs
from entrepot.payments import events as payments
from entrepot.payouts import events as payouts
from entrepot.sellers import events as sellers, jobs as sellers_jobs
from entrepot.shipping import events as shipping

SUBSCRIPTIONS: dict[str, tuple[Job, ...]] = {
    catalog.ListingsChanged.kind: (notifications.owe_webhooks,),
    catalog.ListingsRemoved.kind: (notifications.owe_webhooks,),
    catalog.PicturesWaiting.kind: (catalog_jobs.queue_pictures,),
    catalog.FeedQueued.kind: (catalog_jobs.run_feeds,),
    shipping.ParcelDelivered.kind: (orders_jobs.record_deliveries,),
    payments.RefundSettled.kind: (orders_jobs.book_refunds,),
    orders.PurchasePaid.kind: (notifications.tell_of_payments, notifications.owe_webhooks),
    orders.OrderLinesCancelled.kind: (notifications.tell_of_orders, notifications.owe_webhooks),
    orders.OrderShipped.kind: (notifications.tell_of_orders, notifications.owe_webhooks),
    orders.OrderDelivered.kind: (notifications.tell_of_orders, notifications.owe_webhooks),
    orders.OrderCompleted.kind: (orders_jobs.release_escrows, notifications.owe_webhooks),
    orders.EscrowReleased.kind: (notifications.owe_webhooks,),
    payouts.PayoutMade.kind: (notifications.tell_of_payouts, notifications.owe_webhooks),
    payouts.PayoutFailed.kind: (notifications.tell_of_payouts,),
    payouts.PayoutsStopped.kind: (notifications.tell_of_payouts,),
    payouts.PayoutsResumed.kind: (notifications.tell_of_payouts,),
    sellers.ScreeningListImported.kind: (orders_jobs.screen_buyers_again,),
    sellers.SellerSubmitted.kind: (sellers_jobs.screen_sellers,),
    sellers.SellerApproved.kind: (notifications.tell_sellers,),
    sellers.SellerRejected.kind: (notifications.tell_sellers,),
    sellers.SellerSuspended.kind: (notifications.tell_sellers,),
    sellers.BankAccountChanged.kind: (notifications.tell_sellers, sellers_jobs.screen_sellers),
    sellers.MemberInvited.kind: (notifications.tell_invited,),
}
