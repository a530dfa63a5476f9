"""Entrepot: a cross-border marketplace where every buyer sees one delivered price."""
