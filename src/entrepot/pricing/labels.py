"""The words for a price's parts and for the codes that say why. Codes are computed with; words are only shown."""

from __future__ import annotations

from django.utils.translation import gettext_noop

from entrepot.ui.words import in_language

PARTS = {
    "goods": gettext_noop("Goods"),
    "delivery": gettext_noop("Delivery"),
    "duty": gettext_noop("Import duty"),
    "flat_tax": gettext_noop("Single import tax"),
    "global_rate": gettext_noop("Import charge (duty, tax and fees in one)"),
    "surcharge_122": gettext_noop("Import surcharge (section 122)"),
    "section_301": gettext_noop("Additional duty (section 301)"),
    "section_232": gettext_noop("Additional duty (section 232)"),
    "additional_duty": gettext_noop("Additional duty"),
    "anti_dumping": gettext_noop("Anti-dumping duty"),
    "vat": gettext_noop("VAT"),
    "home_vat": gettext_noop("VAT of the seller's country"),
    "gst": gettext_noop("GST"),
    "igst": gettext_noop("Integrated GST"),
    "icms": gettext_noop("ICMS"),
    "lvg": gettext_noop("Sales tax on low value goods"),
    "sales_tax": gettext_noop("Sales tax"),
    "consumption_tax": gettext_noop("Consumption tax"),
    "composite_tax": gettext_noop("Composite import tax"),
    "parcel_tax": gettext_noop("Parcel tax"),
    "national_handling_fee": gettext_noop("National handling fee"),
    "eu_handling_fee": gettext_noop("EU handling fee"),
    "parcel_fee": gettext_noop("Parcel fee"),
}

GROUPS = {
    "goods": gettext_noop("Goods"),
    "delivery": gettext_noop("Delivery"),
    "duty": gettext_noop("Import duty"),
    "tax": gettext_noop("Tax"),
    "fees": gettext_noop("Fees"),
}

REASONS = {
    # Why a part is as it is.
    "net_of_tax": gettext_noop("The seller's price without tax."),
    "free_delivery": gettext_noop("The seller pays the delivery."),
    "export_zero_rated": gettext_noop("Exports bear no tax of the seller's country."),
    "seller_not_registered": gettext_noop("The seller is not registered for this tax and charges none."),
    "domestic_sale": gettext_noop("A sale inside the country: the seller pays this tax to its tax office."),
    "deemed_supplier": gettext_noop("The platform pays this tax, as the law counts it as the supplier."),
    "distance_sale_oss": gettext_noop("A sale to another country of the union: the tax of your country."),
    "distance_sale_local_registration": gettext_noop(
        "A sale to another country of the union: the tax of your country."
    ),
    "distance_sale_below_threshold": gettext_noop(
        "A small seller's sale to another country of the union: the tax of the seller's country."
    ),
    "union_consumer_sale": gettext_noop("A sale to another country of the union: the tax of the seller's country."),
    "low_value_relief": gettext_noop("Goods of low value are free of duty."),
    "personal_use_value": gettext_noop("Goods for personal use are assessed at a part of their price."),
    "added_tax_value": gettext_noop("The law adds a share to the price of the goods before it is taxed."),
    "below_threshold": gettext_noop("The value stays within the exemption."),
    "within_quota": gettext_noop("Within the personal quota there is no duty."),
    "free_port": gettext_noop("A free port: no duty."),
    "customs_union_goods": gettext_noop("The goods come from inside the customs union: no duty."),
    "preferential_origin": gettext_noop("A trade agreement frees goods of this origin from duty."),
    "outside_customs_area": gettext_noop("This place lies outside of the customs area: no duty."),
    "goods_free_of_duty": gettext_noop("These goods are free of duty."),
    "industrial_goods_free": gettext_noop("Industrial goods are free of duty."),
    "included_in_flat_tax": gettext_noop("It is included in the single import tax."),
    "included_in_parcel_tax": gettext_noop("It is included in the parcel tax."),
    "tax_below_minimum": gettext_noop("So little tax is not collected."),
    "collection_floor": gettext_noop("So little is not collected."),
    "tariff_zero": gettext_noop("The tariff's rate is zero."),
    "tariff_unknown": gettext_noop("The duty rate is not known."),
    "zero_rate": gettext_noop("The rate is zero."),
    "no_duty": gettext_noop("There is no duty."),
    "flat_per_subheading": gettext_noop("A fixed duty for each kind of goods."),
    "flat_per_consignment": gettext_noop("A fixed duty for the consignment."),
    "flat_per_item": gettext_noop("A fixed duty for each piece."),
    "flat_per_kg": gettext_noop("A fixed duty for each kilogram."),
    "on_excess": gettext_noop("On what exceeds the exemption."),
    "less_deduction": gettext_noop("After a fixed deduction."),
    "minimum_per_kg": gettext_noop("At least a fixed amount for each kilogram."),
    "minimum_tax": gettext_noop("At least a fixed amount."),
    "per_consignment": gettext_noop("For each parcel."),
    "per_subheading": gettext_noop("For each kind of goods."),
    "per_line": gettext_noop("For each line."),
    "per_item": gettext_noop("For each piece."),
    # Why a quote is not sure.
    "hs_missing": gettext_noop("The goods have no customs code yet."),
    "hs_unconfirmed": gettext_noop("The seller has not confirmed the customs code."),
    "origin_unknown": gettext_noop("The country of origin is not known."),
    "weight_unknown": gettext_noop("The weight is not known; the delivery price is estimated."),
    "regime_unknown": gettext_noop("The import rules of this destination are not known to us."),
    "regime_unconfirmed": gettext_noop("The import rule was not confirmed."),
    "value_unconfirmed": gettext_noop("It was not confirmed which part of the price customs count."),
    "tariff_unconfirmed": gettext_noop("The duty rate was not confirmed."),
    "tariff_by_national_code": gettext_noop(
        "The duty depends on further digits of the customs code; the highest rate is charged."
    ),
    "preferential_rate": gettext_noop("A lower rate for goods of this origin, with a proof of origin."),
    "rate_unknown": gettext_noop("The tax rate is not known."),
    "rate_unconfirmed": gettext_noop("A reduced tax rate may apply."),
    "fee_unconfirmed": gettext_noop("A fee was not confirmed."),
    "sale_rule_unknown": gettext_noop("It is not known who owes the tax of this sale."),
    "liability_unconfirmed": gettext_noop("It was not confirmed who owes the tax of this sale."),
    "rates_old": gettext_noop("An exchange rate behind this price is old."),
    "person_limit_unknown": gettext_noop("It depends on what you ordered before."),
    "local_tax_unknown": gettext_noop("A local tax may be added that is not known to us."),
    "octroi_de_mer_unknown": gettext_noop(
        "Not included: octroi de mer, which the French overseas departments charge by goods."
    ),
    "aiem_unknown": gettext_noop("Not included: AIEM, which the Canary Islands charge on some goods."),
    "ipsi_unknown": gettext_noop("Not included: IPSI, which Ceuta and Melilla charge by goods."),
    "region_unknown": gettext_noop("The tax depends on the state or province, which the address does not tell."),
    "local_rate_estimated": gettext_noop(
        "The local part of the tax rate is an average; it differs from place to place."
    ),
    "special_territory": gettext_noop("Other rules hold in this part of the country."),
    "registration_required": gettext_noop("The platform is not registered there."),
    "broker_fee_unknown": gettext_noop("A customs broker asks a fee that is not known."),
    "surcharge_unconfirmed": gettext_noop("An additional duty may apply."),
    "start_unconfirmed": gettext_noop("It was not confirmed that the rule is in force."),
    "order_contested": gettext_noop("The rule is contested."),
    "duty_relief_unconfirmed": gettext_noop("It was not confirmed that the duty exemption holds."),
    "excise_unknown": gettext_noop("Excise duty is not known."),
    # Why something cannot be bought.
    "sku_retired": gettext_noop("This variant is no longer sold."),
    "listing_not_active": gettext_noop("This listing is not offered at present."),
    "seller_not_selling": gettext_noop("This store is not open."),
    "selling_closed": gettext_noop("Sellers of this country are not admitted."),
    "selling_suspended": gettext_noop("Sales from this country are suspended."),
    "buying_closed": gettext_noop("We do not deliver to this country."),
    "buying_suspended": gettext_noop("Deliveries to this country are suspended."),
    "sanctions_un": gettext_noop("Sanctions of the United Nations forbid this sale."),
    "sanctions_eu": gettext_noop("Sanctions of the European Union forbid this sale."),
    "sanctions_gb": gettext_noop("Sanctions of the United Kingdom forbid this sale."),
    "sanctions_us": gettext_noop("Sanctions of the United States forbid this sale."),
    "sanctions_ch": gettext_noop("Sanctions of Switzerland forbid this sale."),
    "sanctions_jp": gettext_noop("Sanctions of Japan forbid this sale."),
    "no_delivery_template": gettext_noop("The seller has not said what delivery costs."),
    "no_service": gettext_noop("The seller does not deliver there."),
    "lithium_battery_alone_by_post": gettext_noop("Batteries packed alone may not travel by post."),
    "aerosol_by_post": gettext_noop("Aerosols may not travel by post."),
    "flammable_liquid_by_post": gettext_noop("Flammable liquids may not travel by post."),
    "flammable_gas_by_post": gettext_noop("Flammable gases may not travel by post."),
    "weapons": gettext_noop("Weapons are not sold here."),
    "explosives": gettext_noop("Explosives are not sold here."),
    "live_animals": gettext_noop("Live animals are not sold here."),
    "cultural_goods": gettext_noop("Cultural goods may not leave their country."),
    "lithium_battery_undeclared": gettext_noop(
        "The seller has not said which battery it is: it may not travel by post."
    ),
    "lithium_battery_too_large": gettext_noop("Batteries of this size may not travel this way."),
    "flammable_solid_by_post": gettext_noop("Matches and the like may not travel by post."),
    "radioactive": gettext_noop("Radioactive goods are not sold here."),
    "protected_species": gettext_noop("Goods made of protected animals and plants may not cross the border."),
    "medicines": gettext_noop("Medicines may not be sent there."),
    "tobacco": gettext_noop("Tobacco and vaping products may not be sent there."),
    "knives": gettext_noop("Knives that spring or fall open may not be sent there."),
    "drones": gettext_noop("Drones may not be sent there."),
    "plants": gettext_noop("Plants, seeds and fresh fruit may not be sent there without a certificate."),
    "food_of_animals": gettext_noop("Meat, milk and what is made of them may not be sent there without a certificate."),
    "not_by_post_there": gettext_noop("These goods may not be sent there by post."),
    "forbidden_there": gettext_noop("The law of the country forbids these goods."),
    "hs_code_required": gettext_noop(
        "The seller has not confirmed the customs code of these goods; without it they are not sent there."
    ),
    "responsible_person_missing": gettext_noop(
        "Nobody in the European Union answers for the safety of these goods yet: the seller has to name somebody."
    ),
    "brand_not_authorised": gettext_noop("The owner of the brand has not allowed this store to sell it there."),
}


def label(code: str, language: str) -> str:
    """Return the name of a part (`duty`, `vat` …) in a language; an unnamed code is shown as it is."""
    return in_language(PARTS[code], language) if code in PARTS else code.replace("_", " ")


def group_label(group: str, language: str) -> str:
    """Return the name of a group of parts in a language."""
    return in_language(GROUPS[group], language)


def reason(code: str, language: str) -> str:
    """Return the sentence for a reason code in a language; an unnamed code is shown as it is."""
    return in_language(REASONS[code], language) if code in REASONS else code.replace("_", " ")
