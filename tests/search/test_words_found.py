"""Which titles are found by which words: rows of a query, its page's language, a title and the title's language."""

from __future__ import annotations

import pytest

from entrepot.search.index_port import Form, Group
from entrepot.search.words import ask, bare_and_tokens, field_language


def finds(q: str, site: str, title: str, language: str) -> bool:
    """Whether a listing with this title alone has every word asked for and none that is excluded."""
    bare, stems = bare_and_tokens(title, language)
    fields = {"": bare, field_language(language) or "none": stems}

    def stands(form: Form) -> bool:
        words, length = fields.get(form.language, []), len(form.tokens)
        return any(tuple(words[at : at + length]) == form.tokens for at in range(len(words) - length + 1))

    def has(group: Group) -> bool:
        return any(map(stands, group.forms))

    asked = ask(q, site)
    return bool(asked.wanted) and all(map(has, asked.wanted)) and not any(map(has, asked.unwanted))


FOUND = [
    # English
    ("running shoe", "en", "Running Shoes for Women", "en"),
    ("womens shoes", "en", "Women's Shoes", "en"),
    ("women shoes", "en", "Women's Shoes", "en"),
    ("women's shoe", "en", "Shoes, women", "en"),
    ("tshirt", "en", "Cotton T-Shirt", "en"),
    ("t shirt", "en", "Cotton T-Shirt", "en"),
    ("t-shirts", "en", "Cotton T-Shirt", "en"),
    ("t-shirt", "en", "Cotton tshirt", "en"),
    ("t-shirt", "en", "Cotton T Shirt", "en"),
    ("t shirt", "en", "Cotton tshirt", "en"),
    ("usb-c cable", "en", "Cable USB C 2 m", "en"),
    ("usb c cable", "en", "USB-C Cable", "en"),
    ("usbc", "en", "USB-C Cable", "en"),
    ("wifi", "en", "Wi-Fi router", "en"),
    ("wi-fi", "en", "WiFi router", "en"),
    ("iphone13", "en", "Case for iPhone 13", "en"),
    ("iphone 13", "en", "Case for iPhone13", "en"),
    ("kd55x80j", "en", "Sony KD-55X80J", "en"),
    ("KD-55X80J", "en", "Sony KD55X80J television", "en"),
    ("kd 55x80j", "en", "Sony KD-55X80J", "en"),
    ("1,5 l bottle", "de", "Bottle 1.5L", "en"),
    ("1.5l bottle", "en", "Bottle 1500 ml", "en"),
    ("1500ml", "en", "Flasche 1,5 l", "de"),
    ("0.5 litre", "en", "Bottle, 500ml", "en"),
    ("2 kg", "en", "Flour 2000 g", "en"),
    ("42 EU", "en", "Boots EU 42", "en"),
    ("eu42", "en", "Boots 42 EU", "en"),
    ('15" laptop', "en", "Laptop 15 inch", "en"),
    ("15 inch laptop", "en", 'Laptop 15"', "en"),
    ("15-inch laptop", "en", "Laptop 15in screen", "en"),
    ("30x40", "en", "Frame 30 x 40 cm", "en"),
    ("30 × 40", "en", "Frame 30x40", "en"),
    ("20,000 mah", "en", "Powerbank 20000mAh", "en"),
    ("20000 mah", "ru", "Повербанк 20 000 мАч", "ru"),
    ("1 tb ssd", "en", "SSD 1TB", "en"),
    ("h&m dress", "en", "H&M Dress", "en"),
    ("levis jeans", "en", "Levi's Jeans", "en"),
    ("l'oreal", "en", "L'Oréal Paris", "en"),
    ("loreal", "en", "L'Oréal Paris", "en"),
    ("oneill", "en", "O'Neill hoodie", "en"),
    ("usa flag", "en", "U.S.A. Flag", "en"),
    ("gray coat", "en", "Grey Coat", "en"),
    ("sneakers", "en", "Trainers by Ecco", "en"),
    ("cell phone", "en", "Smartphone 128 GB", "en"),
    ("fridge", "en", "Refrigerator with freezer", "en"),
    ("footwear", "en", "Leather boots", "en"),
    ("the vase", "en", "Vase", "en"),
    ("shoes for men", "en", "Men Shoes", "en"),
    ('"olive oil"', "en", "Extra virgin olive oil", "en"),
    ("oil -motor", "en", "Olive oil", "en"),
    ("ＬＡＰＴＯＰ", "en", "laptop", "en"),
    ("ﬁsh knife", "en", "Fish knife", "en"),
    ("café", "en", "cafe table", "en"),
    ("woman's watch", "en", "Watches for women", "en"),
    ("knife", "en", "Kitchen knives", "en"),
    ("child seat", "en", "Seats for children", "en"),
    ("belt without buckle", "en", "Leather belt without buckles", "en"),
    ("sweets without sugar", "en", "Sugar-free sweets", "en"),
    ("belt w/o buckle", "en", "Leather belt, no buckle", "en"),
    ("bed w/ storage", "en", "Storage bed", "en"),
    ("1/2 inch pipe", "en", "Pipe ½ inch", "en"),
    ("1 1/2 inch pipe", "en", 'Pipe 1.5"', "en"),
    ("bedding", "en", "Bed linen, cotton", "en"),
    # Spanish
    ("leche sin lactosa", "es", "Leche entera sin lactosa", "es"),
    ("luces", "es", "Luz de noche", "es"),
    ("zapato", "es", "Zapatos de cuero", "es"),
    ("camion", "es", "Camión de juguete", "es"),
    ("camiones", "es", "Camion de juguete", "es"),
    ("aplicacion", "es", "Aplicaciones", "es"),
    ("baño", "es", "Toallas de baños", "es"),
    ("bano", "es", "Toalla de baño", "es"),
    ("niño", "es", "Ropa para niños", "es"),
    ("camara de fotos", "es", "Cámara de fotos", "es"),
    ("teléfono móvil", "es", "Smartphone 5G", "es"),
    ("ordenador", "es", "Computadora de mesa", "es"),
    ("zapatillas deportivas", "es", "Sneakers", "en"),
    ("15 pulgadas", "es", 'Monitor 15"', "en"),
    ("1.500 ml", "es", "Botella 1,5 l", "es"),
    # Italian
    ("bottiglie", "it", "Bottiglia d'acqua", "it"),
    ("acqua", "it", "Bottiglia d'acqua", "it"),
    ("olio", "it", "Bottiglia dell'olio", "it"),
    ("qualita", "it", "Alta qualità", "it"),
    ("scarpa", "it", "Scarpe da corsa", "it"),
    ("cellulare", "it", "Smartphone Samsung", "it"),
    ("vino rosso", "it", "Vini rossi", "it"),
    # French
    ("huile", "fr", "Bouteille d'huile", "fr"),
    ("l'huile d'olive", "fr", "Huile d'olive vierge", "fr"),
    ("fermee", "fr", "Boîte fermée", "fr"),
    ("chaussure", "fr", "Chaussures d’été", "fr"),
    ("ete", "fr", "Chaussures d’été", "fr"),
    ("oeuvre", "fr", "Œuvre d’art", "fr"),
    ("velo", "fr", "Bicyclette pliante", "fr"),
    # German
    ("haus", "de", "Häuser aus Holz", "de"),
    ("haeuser", "de", "Häuser aus Holz", "de"),
    ("strasse", "de", "Straßenkarte Straße", "de"),
    ("maedchen", "de", "Mädchen Kleid", "de"),
    ("fussball", "de", "Fußball Größe 5", "de"),
    ("groesse", "de", "Fußball Größe 5", "de"),
    ("handy", "de", "Smartphone", "de"),
    # Portuguese
    ("relogio", "pt", "Relógios de pulso", "pt"),
    ("calcao", "pt", "Calções de banho", "pt"),
    ("maca", "pt", "Maçã verde", "pt"),
    ("aplicacoes", "pt", "Aplicação", "pt"),
    ("papel", "pt", "Papéis de parede", "pt"),
    # Russian
    ("игрушки", "ru", "Игрушек набор", "ru"),
    ("сумка", "ru", "Сумок пара", "ru"),
    ("кроссовки", "ru", "Кроссовок пара", "ru"),
    ("подарок", "ru", "Подарки детям", "ru"),
    ("елка", "ru", "Ёлки искусственные", "ru"),
    ("ёлка", "ru", "Елка", "ru"),
    ("красное платье", "ru", "Платья красные", "ru"),
    ("смартфон", "ru", "Мобильный телефон", "ru"),
    ("15 дюймов", "ru", 'Ноутбук 15"', "ru"),
    ("1,5 л", "ru", "Чайник 1.5 л", "ru"),
    ("термос", "en", "Термосы", "ru"),
    ("кроссовки", "ru", "Sneakers", "en"),
    ("42 eu", "ru", "Ботинки EU 42", "ru"),
    ("КОФЕ", "ru", "кофе молотый", "ru"),
    # Turkish
    ("ayakkabı", "tr", "Koşu Ayakkabıları", "tr"),
    ("AYAKKABI", "tr", "Koşu Ayakkabıları", "tr"),
    ("ayakkabi", "en", "Koşu Ayakkabısı", "tr"),
    ("kitap", "tr", "Kitaplarımız", "tr"),
    ("ISIK", "tr", "Işık", "tr"),
    ("ışık", "tr", "IŞIK LAMBASI", "tr"),
    ("ışık", "tr", "isik", ""),
    ("İSTANBUL", "tr", "İstanbul'un kahvesi", "tr"),
    ("istanbul", "en", "İSTANBUL", "tr"),
    ("IPHONE", "tr", "iPhone kılıfı", "tr"),
    ("iphone", "tr", "IPHONE KILIFI", "tr"),
    ("kulaklik", "tr", "Kulaklıklar", "tr"),
    ("gömlek", "tr", "Erkek gömleği", "tr"),
    ("cep telefonu", "tr", "Akıllı telefon", "tr"),
    ("15 inç", "tr", "Monitör 15 inch", "tr"),
    ("çanta", "tr", "El çantası", "tr"),
    ("canta", "tr", "Çantalar", "tr"),
    ("kahve fincanı", "tr", "Kahve fincanları", "tr"),
    ("pamuk", "tr", "Pamuklu tişört", "tr"),
    # Arabic
    ("سيارة", "ar", "سيارات", "ar"),
    ("ساعات", "ar", "ساعة يد", "ar"),
    ("سيارة", "ar", "السيارات الجديدة", "ar"),
    ("سياره", "ar", "سيارة لعبة", "ar"),
    ("أحذية", "ar", "احذيه رجالية", "ar"),
    ("قميص", "ar", "قَمِيصٌ قطني", "ar"),
    ("قميص", "ar", "القميـــص الأبيض", "ar"),
    ("للسيارات", "ar", "غطاء سيارة", "ar"),
    ("مستشفى", "ar", "مستشفي", "ar"),
    ("٤٢", "ar", "حذاء 42", "ar"),
    ("جوال", "ar", "هاتف ذكي", "ar"),
    ("هاتف", "en", "هاتف محمول", "ar"),
    ("الشاي", "ar", "شاي أخضر", "ar"),
    ("شاي", "ar", "علبة للشاي", "ar"),
    ("البن", "ar", "بن يمني", "ar"),
    # Chinese
    ("运动鞋", "zh", "男士运动鞋", "zh"),
    ("鞋", "zh", "男士运动鞋", "zh"),
    ("红色T恤", "zh", "纯棉T恤 红色", "zh"),
    ("保温杯", "zh-hans", "不锈钢保温杯大容量", "zh"),
    ("500毫升", "zh", "水杯500ml", "zh"),
    ("手机", "zh", "智能手机 128GB", "zh"),
    ("手机", "en", "智能手机 128GB", "zh"),
    ("15英寸", "zh", "15寸显示器", "zh"),
    ("跑鞋", "zh", "运动鞋", "zh"),
    ("瓷器", "zh", "瓷茶杯配碟", "zh"),
    ("鞋 42码", "zh", "运动鞋 42", "zh"),
    # Traditional signs find simplified ones and the other way round.
    ("運動鞋", "zh", "运动鞋", "zh"),
    ("手机壳", "zh", "手機殼", "zh-hant"),
    # Others
    ("ワイヤレスイヤホン", "ja", "ワイヤレスイヤホン 白", "ja"),
    ("イヤホン", "ja", "ワイヤレスイヤホン", "ja"),
    ("신발", "ko", "여성 신발을 위한 상자", "ko"),
    ("เสื้อ", "th", "เสื้อยืดผู้ชาย", "th"),
    ("शर्ट", "hi", "लाल शर्ट", "hi"),
    ("שלום", "he", "שָׁלוֹם", "he"),
    ("πόρτα", "el", "ΠΟΡΤΑ", "el"),
    ("хліб", "uk", "Хліб", "uk"),
    ("şal", "az", "Ipək şal", "az"),
    # Words of one language on a page of another
    ("zapatos", "en", "Zapato rojo", "es"),
    ("shoes", "es", "Red shoe", "en"),
    ("schuhe", "ru", "Schuh", "de"),
    ("shoes", "zh", "Shoe rack", "en"),
    ("кроссовок", "tr", "Кроссовки", "ru"),
    ("rote schuhe", "de", "Красные туфли", "ru"),
    ("sac rouge", "fr", "Bolso rojo", "es"),
    ("yeşil çanta", "tr", "Green bag", "en"),
    # Sizes
    ("boots 42 EU", "en", "Boots, EU 42", "en"),
    ("boots 42 EU", "en", "Boots 42", "en"),
    ("boots size 42", "en", "Boots EU 42", "en"),
    ("ботинки 42 размера", "ru", "Ботинки 42", "ru"),
    ("botas talla 42", "es", "Botas 42", "es"),
]

NOT_FOUND = [
    ("shoes", "en", "Shirts", "en"),
    ("red shoes", "en", "Red shirt", "en"),
    ("oil -olive", "en", "Olive oil", "en"),
    ('"oil olive"', "en", "Olive oil", "en"),
    ("iphone 13", "en", "Case for iPhone 14", "en"),
    ("1.5l", "en", "Bottle 15 l", "en"),
    ("1 l", "en", "Bottle 1 kg", "en"),
    ("eu 42", "en", "Boots EU 43", "en"),
    ("us 9", "en", "Pack of 9", "en"),
    ("shirt size", "en", "Shirt 42", "en"),
    ("kd55x80j", "en", "KD-65X80J", "en"),
    ("boots", "en", "Footwear", "en"),
    ("bed", "en", "Duvet and pillow", "en"),
    ("duvet", "en", "Bed frame", "en"),
    ("belt without buckle", "en", "Belt with a buckle", "en"),
    ("1/2 inch pipe", "en", "Pipe 2 inch", "en"),
    ("año", "es", "Anillo", "es"),
    ("3 in 1", "en", "Cable 3 inch", "en"),
    ("шапка", "ru", "Шарф", "ru"),
    ("运动", "zh", "衬衫", "zh"),
    ("鞋", "zh", "衬衫", "zh"),
    ("سيارة", "ar", "قميص", "ar"),
    ("кот", "ru", "котлета", "ru"),
    ("iphone 13 128 gb", "fr", "iPhone 12 128 GB", "fr"),
]


@pytest.mark.parametrize(("q", "site", "title", "language"), FOUND)
def test_a_title_is_found(q: str, site: str, title: str, language: str) -> None:
    assert finds(q, site, title, language)


@pytest.mark.parametrize(("q", "site", "title", "language"), NOT_FOUND)
def test_another_title_is_not(q: str, site: str, title: str, language: str) -> None:
    assert not finds(q, site, title, language)
