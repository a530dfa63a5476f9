"""
How goods travel: what delivery costs, how long it takes, where parcels are, which papers go with them.

Owns: sellers' delivery templates (services, zones, weight steps), parcels, their lines and tracking, S10 numbers,
customs papers as PDF, the carrier port.
Never does: decide what a buyer pays, know an order's state or its money (a parcel carries the order's id and no more).
Keeps true: a template that could not be priced is never stored; an S10 number has its check digit and is given once;
a parcel's tracking only adds, and an event that the carrier repeats changes nothing.
"""
