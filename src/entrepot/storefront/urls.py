"""Addresses of the shop."""

from __future__ import annotations

from django.urls import path

from entrepot.storefront.views import (
    account,
    addresses,
    browse,
    cart,
    checkout,
    find_order,
    finding,
    landed_cost,
    listing,
    personal_data,
    purchase,
)

app_name = "storefront"
urlpatterns = [
    path("", browse.home, name="home"),
    path("search", finding.results, name="search"),
    path("suggestions", finding.suggestions, name="suggestions"),
    path("category/<slug:slug>", finding.category, name="category"),
    path("store/<slug:slug>", finding.store, name="store"),
    path("listing/<uuid:listing_id>/<str:slug>", listing.listing, name="listing"),
    path("protection", browse.protection, name="protection"),
    path("landed-cost", landed_cost.landed_cost, name="landed_cost"),
    path("landed-cost/countries", landed_cost.countries, name="landed_cost_countries"),
    path("landed-cost/<str:country>", landed_cost.country, name="landed_cost_country"),
    path("cart", cart.cart, name="cart"),
    path("cart/add", cart.add, name="add"),
    path("cart/quantity", cart.quantity, name="quantity"),
    path("cart/drop", cart.drop, name="drop"),
    path("checkout", checkout.checkout, name="checkout"),
    path("purchase/<uuid:purchase_id>", purchase.purchase, name="purchase"),
    path("purchase/<uuid:purchase_id>/pay", purchase.pay, name="pay"),
    path("purchase/<uuid:purchase_id>/orders/<uuid:order_id>/cancel", purchase.cancel, name="cancel"),
    path("purchase/<uuid:purchase_id>/orders/<uuid:order_id>/confirm", purchase.confirm, name="confirm"),
    path("find-order", find_order.find_order, name="find_order"),
    path("account/", account.account, name="account"),
    path("account/orders/", account.orders, name="orders"),
    path("account/profile/", account.profile, name="profile"),
    path("account/addresses/", addresses.addresses, name="addresses"),
    path("account/addresses/new/", addresses.new, name="new_address"),
    path("account/addresses/<uuid:address_id>/", addresses.edit, name="address"),
    path("account/addresses/<uuid:address_id>/remove/", addresses.remove, name="remove_address"),
    path("account/addresses/<uuid:address_id>/default/", addresses.make_default, name="default_address"),
    path("account/data/", personal_data.personal_data, name="personal_data"),
    path("account/data/export/", personal_data.export, name="export_data"),
    path("account/data/erase/", personal_data.erase, name="erase_data"),
]
