"""
Asking a payment service for money, and giving it back.

Owns: payment attempts and what the service said of each; refunds; the port that every payment service is written to.
Never does: know an order or its state (orders settles a purchase when an attempt's outcome is recorded); keep a card
token; call a service inside a transaction.
Keeps true: an attempt's row is committed before the service hears of it; an outcome is recorded once, however often and
in whatever order it arrives; refunds of an attempt never exceed what it captured.
"""
