"""
The design system: what every page is made of.

Owns: base templates, components, the style sheet, icons, the reader's choice of country, currency and language,
formats by CLDR, the translation catalogues of all rooms, error pages.
Never does: read or write data of the shop; know what an order or a listing is.
Keeps true: no page carries inline script or style; every text goes through the catalogue; one style sheet serves both
writing directions; every redirect target is checked.
"""
