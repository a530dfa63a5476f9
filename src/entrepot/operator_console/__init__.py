"""
The operator's console: what the people who run the marketplace see and do.

Owns: the operator's pages and their forms.
Never does: write a row itself; touch a model; take a decision without its reason and its line in the audit trail.
Keeps true: only operators (`is_staff`) enter; every decision names the person who took it.
"""
