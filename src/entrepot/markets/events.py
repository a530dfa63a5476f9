from __future__ import annotations

from dataclasses import dataclass

from entrepot.kernel.facts import Event


@dataclass(frozen=True)
class MarketStageChanged(Event):
    """A market's selling or buying switch moved; `stage` is the new one."""

    country: str
    side: str
    stage: str
