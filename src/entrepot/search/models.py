from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models


class Document(models.Model):
    """
    A listing as it is searched: the words of all its languages in one vector, each by its own language's dictionary.

    What changes by the hour (stock, prices, stages, a store's state) is not copied here: it is asked at query time.
    """

    listing_id = models.UUIDField(primary_key=True)
    seller_id = models.UUIDField()
    store_id = models.UUIDField()
    category_id = models.BigIntegerField()
    origin_country = models.CharField(max_length=2, null=True)
    words = SearchVectorField()
    listed_at = models.DateTimeField()

    class Meta:
        db_table = "search_document"
        indexes = [
            GinIndex(fields=["words"], name="search_document_words", fastupdate=False),
            models.Index(fields=["category_id", "-listed_at"], name="search_document_category"),
            models.Index(fields=["store_id", "-listed_at"], name="search_document_store"),
            models.Index(fields=["-listed_at", "listing_id"], name="search_document_newest"),
        ]
