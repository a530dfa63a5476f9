"""
What people and sellers' systems are told: e-mails, and webhooks out.

Owns: messages (one per fact and recipient), their templates, webhook endpoints and deliveries.
Never does: decide anything about an order, a seller or money; it follows facts and reads queries.
Keeps true: a fact is told to a recipient once; nothing secret and no address is kept beside a message; a webhook goes
only to public addresses and is signed (Standard Webhooks).
"""
