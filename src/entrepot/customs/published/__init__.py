"""Readers of tariff schedules and nomenclatures as authorities publish them; each returns what it found and why not."""
