"""
The shop: what buyers see and do.

Owns: the buyer's pages and their forms, the cart cookie, the look of the account pages.
Never does: decide a price, a tax or a state; touch a model. Each view reads some queries or calls one operation.
Keeps true: browsing and buying need no script; a total never changes without the page saying so; a purchase shows only
to who holds its secret link or its log-in.
"""
