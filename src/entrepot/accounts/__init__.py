"""
People and how they prove who they are.

Owns: people (buyers, sellers' members, operators), their log-in, their address book, API keys, the export and erasure
of personal data.
Never does: know a seller's papers, an order or a role inside a store.
Keeps true: one person per mailbox; no secret of a key or password is kept in a form that opens anything.
"""
