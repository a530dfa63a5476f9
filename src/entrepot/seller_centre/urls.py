"""Addresses of the seller centre: each below the id of the seller that it acts for."""

from __future__ import annotations

from django.urls import include, path

from entrepot.seller_centre.views import (
    feeds,
    invitations,
    keys,
    listings,
    members,
    money,
    orders,
    registration,
    store,
    today,
)

app_name = "seller_centre"
_of_seller = [
    path("today/", today.today, name="today"),
    path("registration/", registration.overview, name="registration"),
    path("registration/upload", registration.upload, name="upload"),
    path("registration/papers/<uuid:document_id>", registration.document, name="document"),
    path("registration/papers/<uuid:document_id>/withdraw", registration.withdraw, name="withdraw"),
    path("registration/<slug:step>/", registration.step, name="step"),
    path("orders/", orders.orders_list, name="orders"),
    path("orders/<uuid:order_id>/", orders.order, name="order"),
    path("orders/<uuid:order_id>/ship", orders.ship, name="ship"),
    path("orders/<uuid:order_id>/cancel", orders.cancel, name="cancel"),
    path("orders/<uuid:order_id>/parcels/<uuid:parcel_id>/papers.pdf", orders.papers_pdf, name="papers"),
    path("listings/", listings.listings, name="listings"),
    path("listings/<uuid:listing_id>/state", listings.set_state, name="listing_state"),
    path("listings/customs/<int:category_id>/", listings.customs, name="customs"),
    path("import/", feeds.feeds, name="feeds"),
    path("import/<uuid:run_id>/", feeds.feed_run, name="feed_run"),
    path("import/<uuid:run_id>/rejected.csv", feeds.rejected, name="rejected"),
    path("money/", money.money, name="money"),
    path("money/<uuid:payout_id>/", money.statement, name="statement"),
    path("money/<uuid:payout_id>/statement.pdf", money.statement_pdf, name="statement_pdf"),
    path("store/", store.store, name="store"),
    path("store/template", store.template, name="template"),
    path("store/members/", members.members, name="members"),
    path("store/members/<uuid:member_id>/role", members.change_role, name="member_role"),
    path("store/members/<uuid:member_id>/remove", members.remove, name="member_remove"),
    path("store/invitations/<uuid:invitation_id>/revoke", members.revoke, name="invitation_revoke"),
    path("store/keys/", keys.keys, name="keys"),
    path("store/keys/<uuid:key_id>/revoke", keys.revoke, name="key_revoke"),
]
urlpatterns = [
    path("", today.home, name="home"),
    path("register/", registration.register, name="register"),
    path("invitation/<str:token>", invitations.invitation, name="invitation"),
    path("<uuid:seller_id>/", include(_of_seller)),
]
