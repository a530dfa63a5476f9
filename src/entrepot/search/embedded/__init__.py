"""
The search engine that comes along: a tantivy index in the data folder of each node.

One process writes (`writer`), any number read what it published (`reader`). What is published is a generation: a folder
that never changes again (`generations`).
"""
