"""
Which code of the Harmonized System goods may have, judged by their words.

Owns: our own lexicon of goods in seven languages, the facets (material, wearer, making) that decide between codes, what
declarations say of prices per kilogram, and the probability given with each suggestion.
Never does: decide. A suggestion becomes a code when a seller confirms it; nothing here reads or writes the database.
Keeps true: a candidate names the words that spoke for it; its probability is calibrated on titles it has not seen.
"""

from __future__ import annotations

from entrepot.customs.classification.described import Candidate, Described, Evidence
from entrepot.customs.classification.lexicon import name_facets
from entrepot.customs.classification.suggesting import suggest
from entrepot.customs.classification.words import stems_of

__all__ = ["Candidate", "Described", "Evidence", "name_facets", "stems_of", "suggest"]
