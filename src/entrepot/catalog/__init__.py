"""
What sellers offer.

Owns: categories, listings with their texts and pictures, SKUs, stock and its movements, feeds and their runs.
Never does: decide what a buyer pays, know a purchase, or let a feed touch what buyers have reserved.
Keeps true: `on_hand` is the seller's number and `reserved` is ours, both recomputable from append-only movements;
every row carries its seller and no row points into another seller's.
"""
