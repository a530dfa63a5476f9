"""
Who sells here: traders, verified by the papers of their home country, and their stores.

Owns: registration and verification, business ids, documents, bank accounts, tax profiles, stores, contacts for product
safety, members, invitations, lists of sanctioned and exposed names and what was like them.
Never does: decide which ids a country wants (its pack says), price, list or pay out anything.
Keeps true: nobody is approved without every required id, document and consent; one entity sells under one account;
bank accounts and personal ids are encrypted at rest; every decision has a reason and a line in the audit trail;
where lists of names are in force, nobody is approved before a person has judged what is alike.
"""
