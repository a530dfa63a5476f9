"""
The way of a purchase: cart, placement, payment settled, fulfilment, cancellations, escrow hold and release.

Owns: carts, wish lists, purchases, orders with their lines and consignments, idempotency keys of placements, refunds.
Never does: compute a price or a tax (pricing does), talk to a payment service inside a transaction, move stock or
ledger rows except through their rooms' operations.
Keeps true: total = due + held + released + refunded + waived for each order; ordered ≥ cancelled + shipped, shipped ≥
delivered ≥ returned for each line; an order's state follows from its row; a payment changes nothing twice; what was
priced at placement never moves.
"""
