"""
The countries: what is particular to each, which are open, what may pass between two, and what their money is worth.

Owns: country, union, sanctions and operator packs (files), the stage of each market, exchange rates.
Never does: compute a price, a duty or a tax; know a seller or a listing.
Keeps true: a pack that does not fit the schema is refused with file, line and reason; a stage never moves without a
line in the audit trail and a fact; exchange rates are dated and keep their history.
"""
