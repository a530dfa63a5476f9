"""
What every room stands on.

Owns: money, errors, transactions, facts and their followers, jobs, ids, clock, codes of languages, named SQL, the
operator's audit trail, why jobs failed, how each proof of the books ended.
Never does: know a buyer, a seller, a country or a request.
Keeps true: money has a currency; a fact is written with the rows that it tells of, and no follower misses one.
"""
