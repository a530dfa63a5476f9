"""
Reading sellers' feeds: Google Merchant RSS and TSV, Yandex Market YML, Shopify CSV.

Readers turn a stream into `FeedItem`s of plain texts, one at a time; `meaning` turns those into what a listing takes,
with a reason for whatever it cannot read. Nothing here knows the database.
"""
