"""
What a border asks: which dated regime governs a consignment, its duty, its import taxes and fees, and what may travel.

Owns: the evaluation of regimes, tariff tables, restrictions on goods, the content of customs papers.
Never does: know a seller's tax status or a listing; turn an amount into words; touch the database.
Keeps true: an amount names its rule, base, rate and source; a rule that nobody confirmed is never called sure.
"""
