"""The WSGI application that granian serves."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "entrepot.config.settings")
application = get_wsgi_application()


def warm_up() -> None:
    """Load what a process otherwise loads at its first request: addresses with views, rule book, synonyms."""
    from django.conf import settings
    from django.db import Error as DatabaseError, connections
    from django.urls import get_resolver

    from entrepot.pricing import queries as pricing
    from entrepot.search.words.synonyms import read_book

    _ = get_resolver().url_patterns
    try:
        pricing.get_book()
    except DatabaseError:
        pricing.get_shipped_book()  # The database is not up yet; imported tariffs come with the first request.
    finally:
        connections.close_all()  # Requests have connections of their own threads.
    pricing.get_schedule()
    read_book(settings.SYNONYMS_DIR)
