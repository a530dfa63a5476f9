"""
Who has which money, proven by two sides.

Owns: accounts, transfers between two of them, snapshots of balances.
Never does: know an order, a seller or a tax beyond an account's owner text and a transfer's reference; change or delete
a transfer; keep a balance row that every sale would fight for.
Keeps true: a transfer debits one account and credits another by the same amount in the same currency; a posting key
writes once; a balance is its last snapshot and all transfers since.
"""
