"""What part of an amount belongs to some of a line's pieces; parts given in steps add up to the amount."""

from __future__ import annotations


def share_of(amount: int, pieces: int, of: int) -> int:
    """Return the part of an amount that `pieces` of `of` carry, ties away from zero (the buyer's favour)."""
    assert 0 <= pieces <= of, f"{pieces} of {of} pieces"
    assert of > 0, "a line has pieces"
    assert amount >= 0, f"{amount} minor units"
    return (2 * amount * pieces + of) // (2 * of)


def share_between(amount: int, *, before: int, after: int, of: int) -> int:
    """
    Return what cancelling from `before` to `after` pieces takes of an amount.

    Steps taken one after another add up to one big step, and all pieces take all of it.
    """
    return share_of(amount, after, of) - share_of(amount, before, of)
