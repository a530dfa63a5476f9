"""Figures are typed as they are shown (`1,234.56`): with Django's comma, a thousand would be read as one."""

from __future__ import annotations

DECIMAL_SEPARATOR = "."
THOUSAND_SEPARATOR = ","
