"""How figures are typed where Django's own habit differs from how `ui.formats` writes them, by language."""
