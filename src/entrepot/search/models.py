from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models


class RestrictedListing(models.Model):
    """
    A listing that some rule falls on, with the rules that do: goods, declarations, value and mark, wherever it may go.

    Which of these rules close a corridor today is asked at query time. Most listings have no row.
    """

    listing_id = models.UUIDField(primary_key=True)
    rules = ArrayField(models.TextField())

    class Meta:
        db_table = "search_restricted"

    def __str__(self) -> str:
        return str(self.listing_id)


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
