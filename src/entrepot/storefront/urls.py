"""Addresses of the shop."""

from __future__ import annotations

from django.urls import path

from entrepot.storefront.views import account, browse, cart, checkout, listing, purchase

app_name = "storefront"
urlpatterns = [
    path("", browse.home, name="home"),
    path("search", browse.results, name="search"),
    path("category/<slug:slug>", browse.category, name="category"),
    path("store/<slug:slug>", browse.store, name="store"),
    path("listing/<uuid:listing_id>/<str:slug>", listing.listing, name="listing"),
    path("protection", browse.protection, name="protection"),
    path("cart", cart.cart, name="cart"),
    path("cart/add", cart.add, name="add"),
    path("cart/quantity", cart.quantity, name="quantity"),
    path("checkout", checkout.checkout, name="checkout"),
    path("purchase/<uuid:purchase_id>", purchase.purchase, name="purchase"),
    path("purchase/<uuid:purchase_id>/pay", purchase.pay, name="pay"),
    path("purchase/<uuid:purchase_id>/orders/<uuid:order_id>/cancel", purchase.cancel, name="cancel"),
    path("purchase/<uuid:purchase_id>/orders/<uuid:order_id>/confirm", purchase.confirm, name="confirm"),
    path("account/", account.account, name="account"),
]
