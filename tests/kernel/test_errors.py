from __future__ import annotations

import copy
import pickle

from entrepot.kernel.errors import InvalidField, NotFound
from entrepot.kernel.money import CurrencyMismatch


def test_a_refusal_survives_pickling_and_copying_with_its_fields() -> None:
    for again in (pickle.loads, copy.copy):
        error = CurrencyMismatch(left="EUR", right="USD")
        restored = again(pickle.dumps(error)) if again is pickle.loads else again(error)
        assert type(restored) is CurrencyMismatch
        assert restored.fields == {"left": "EUR", "right": "USD"}
        assert str(restored) == str(error)


def test_a_refusal_reads_as_a_sentence_with_its_fields() -> None:
    assert str(NotFound()) == "There is nothing here under this name."
    assert str(NotFound(seller="ada")) == "There is nothing here under this name. (seller: ada)"


def test_a_single_bad_field_is_a_list_of_one() -> None:
    assert InvalidField.single("email", "missing").fields == {"errors": [{"field": "email", "reason": "missing"}]}
