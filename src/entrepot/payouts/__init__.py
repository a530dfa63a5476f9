"""
Money out to sellers, and the account of it.

Owns: payout runs, payouts, their frozen statements, bank files, holds on sellers' payouts.
Never does: decide what a seller earned (orders posts that to the ledger at release); talk to a bank: a person sends the
file and says what became of it.
Keeps true: a transfer to or from a seller's due stands on one statement; a statement opens where the one before closed
and adds up to the minor unit; a bank file pays exactly the run's payouts.
"""
