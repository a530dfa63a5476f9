from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models


class Document(models.Model):
    """
    A listing as it is searched: the words of all its languages in one vector, each by its own language's dictionary.

    Nothing else of the listing is copied here: what changes by the hour (stock, prices, stages, a store's state) is
    asked at query time.
    """

    listing_id = models.UUIDField(primary_key=True)
    seller_id = models.UUIDField()
    words = SearchVectorField()
    listed_at = models.DateTimeField()

    class Meta:
        db_table = "search_document"
        indexes = [GinIndex(fields=["words"], name="search_document_words", fastupdate=False)]
