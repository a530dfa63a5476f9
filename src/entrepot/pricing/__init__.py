"""
The delivered price: one pure function that every card, cart, order and refund calls.

Owns: the quote, who owes which tax, the commission schedule, the seller's due, the words for a price's parts.
Never does: write a row; look at the clock; decide a customs rule (customs does) or a delivery price (shipping does).
Keeps true: a total is the sum of its parts that are payable now; shares per line add up to the minor unit; the order
of items never matters; the same inputs give the same quote for ever.
"""
