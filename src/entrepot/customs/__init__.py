"""
What a border asks: which dated regime governs a consignment, its duty, its import taxes and fees, and what may travel.

Owns: the evaluation of regimes, tariff tables and the published schedules that an operator imports, the nomenclature's
short words, restrictions on goods, the content of customs papers.
Never does: know a seller's tax status or a listing; read the database for a quote (the tariff is kept in memory).
Keeps true: an amount names its rule, base, rate and source; a rule that nobody confirmed is never called sure; an
imported rate is never changed, only withdrawn, so that the tariff of any day can be had again.
"""
