"""
Measurements on the production server: how many CPU milliseconds, statements and commits a purchase takes.

Owns: a private installation to measure, the clients that load it, the counters, the report.
Never does: touch the operator's own marketplace; run as a test with a time limit.
Keeps true: what is measured is what production runs (constraints, triggers, fsync, the real payment port).
"""
