"""
Finding listings.

Owns: the index of this machine and the engine behind the port, what is kept of a listing, how what was typed is read.
Never does: change a listing, keep a price, or write to the database.
Keeps true: what may not be sold to the asking country is never found, whatever the index still says.
"""
