"""Pure rules of orders: shares of amounts, ledger transfers of each act, addresses, lines of a cart."""
