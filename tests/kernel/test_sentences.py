from __future__ import annotations

import copy
import pickle

from entrepot.kernel.sentences import Sentence


def _german(message: str) -> str:
    return {"At most %(n)s pictures.": "Höchstens %(n)s Bilder.", "Left out: %(why)s": "Weggelassen: %(why)s"}[message]


def test_a_sentence_is_its_english_text_with_numbers_grouped() -> None:
    assert Sentence("At most %(n)s pictures.", n=12000) == "At most 12,000 pictures."
    assert Sentence("100% wool") == "100% wool"


def test_a_sentence_is_said_in_another_language_with_its_numbers() -> None:
    inner = Sentence("At most %(n)s pictures.", n=12000)
    outer = Sentence("Left out: %(why)s", why=inner)
    assert outer == "Left out: At most 12,000 pictures."
    assert outer.said(_german, lambda n: f"{n:,}".replace(",", ".")) == "Weggelassen: Höchstens 12.000 Bilder."


def test_a_sentence_survives_being_kept_copied_and_pickled() -> None:
    sentence = Sentence("Left out: %(why)s", why=Sentence("At most %(n)s pictures.", n=20))
    for again in (
        Sentence.from_json(sentence.as_json()),
        copy.deepcopy(sentence),
        pickle.loads(pickle.dumps(sentence)),
    ):
        assert again == "Left out: At most 20 pictures."
        assert again.said(_german, str) == "Weggelassen: Höchstens 20 Bilder."
