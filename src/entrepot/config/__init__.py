"""
One installation: its settings, processes and wiring.

Owns: settings from the environment, which adapter stands behind which port, which job each fact starts, the web
process, the worker, the embedded PostgreSQL and the supervisor over them.
Never does: a business rule, or a page.
Keeps true: a bad setting stops the start with one clear line; no process outlives the one that started it.
"""
