"""
Search on an OpenSearch cluster, for catalogues beyond what an index on each node holds: `search.ports.SearchEngine`.

`cluster` speaks HTTP to the nodes, `keeping` says what is kept of a listing, `asking` turns questions into OpenSearch's
query language and answers back, `engine` ties them together. docs/search-opensearch.md says how to run it.
"""
