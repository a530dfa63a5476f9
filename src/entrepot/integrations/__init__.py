"""
Outside firms, each behind a port of a lower room.

Owns: adapters, one module per firm; what a firm calls back; the sandbox payment service, which plays such a firm.
Never does: decide anything about a sale: it translates and calls the room's operation.
Keeps true: only `config/wiring.py` names an adapter; news from outside is believed by its signature alone.
"""
