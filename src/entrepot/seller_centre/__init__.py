"""
The seller centre: what a trader's people see and do.

Owns: the seller's pages and their forms.
Never does: decide anything; touch a model; trust an id in an address before the person's seat was looked up.
Keeps true: every page takes the seller from a membership of who is logged in; another seller's ids answer 404.
"""
