"""
The demonstration marketplace: sellers, goods, buyers and orders, made only through the rooms' operations.

Owns: the words and pictures of invented goods, and the order in which a marketplace comes to life.
Never does: write a table, or anything that a real seller, buyer or operator could not do.
Keeps true: `entrepot verify` is clean after it.
"""
