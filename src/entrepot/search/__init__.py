"""
Finding listings.

Owns: the search documents and the engine behind the port.
Never does: change a listing, or keep a price.
Keeps true: what may not be sold to the asking country is never found, whatever the index still says.
"""
