"""A small shop with goods in several languages, for what is typed well, badly or halfway."""

from __future__ import annotations

from entrepot.catalog.queries import ListingView
from tests.builders import catalog, sellers, shipping

_WARES = (
    ("en", "Leather running shoes", "Nordwind", {"ru": "Кожаные кроссовки", "tr": "Deri koşu ayakkabısı"}),
    ("en", "Leather running gloves", "Nordwind", {"ru": "Кожаные перчатки", "de": "Handschuhe"}),
    ("en", "Wireless headphones KD-55X80J", "Sonora", {"es": "Auriculares inalámbricos", "zh": "无线耳机"}),
    ("en", "Stove-top coffee maker", "Moka", {"ru": "Кофеварка", "fr": "Cafetière italienne", "ar": "ماكينة قهوة"}),
    ("en", "Coffee beans, dark roast", "Moka", {"ru": "Кофе в зёрнах", "ar": "قهوة محمصة", "zh": "咖啡豆"}),
    ("en", "Blue teapot", "", {"ru": "Синий чайник", "zh": "蓝色茶壶", "es": "Tetera azul"}),
    ("es", "Camión de juguete", "", {"en": "Toy truck", "pt": "Caminhão de brinquedo"}),
    ("de", "Größere Handtücher", "", {"en": "Larger towels", "zh": "纯棉T恤"}),
    ("it", "Tazza per tè", "", {"en": "Tea cup", "zh": "茶杯"}),
)


def stock_shop() -> dict[str, ListingView]:
    """Offer the wares, from Italy; by their first titles."""
    seller = sellers.approved_seller("IT")
    shipping.preset_templates(seller)
    return {
        title: catalog.listing(
            seller,
            title=title,
            language=language,
            brand=brand or None,
            translations=translations,
            description="Woven merino lining." if title == "Leather running gloves" else "Made to last.",
        )
        for language, title, brand, translations in _WARES
    }
