from __future__ import annotations

import time
from datetime import UTC, datetime

import time_machine

from entrepot.kernel import ids


def test_ids_are_version_7_and_carry_the_moment() -> None:
    with time_machine.travel(datetime(2026, 11, 20, 10, 0, tzinfo=UTC), tick=False):
        made = ids.new_id()
    assert made.version == 7
    assert made.variant == "specified in RFC 4122"
    assert made.int >> 80 == 1_795_168_800_000


def test_a_later_id_sorts_behind_an_earlier_one() -> None:
    made = []
    for _ in range(200):
        made.append(ids.new_id())
        time.sleep(0.000_001)
    assert made == sorted(made)
    assert sorted(made, key=str) == made
    assert len(set(made)) == 200


def test_numbers_for_people_hold_no_letters_that_look_like_digits() -> None:
    numbers = {ids.new_number() for _ in range(500)}
    assert len(numbers) == 500
    for number in numbers:
        assert len(number) == 11
        assert number[5] == "-"
        assert not set(number) & set("ILOU")


def test_secrets_differ_and_are_safe_in_a_link() -> None:
    secrets = {ids.new_secret() for _ in range(100)}
    assert len(secrets) == 100
    assert all(len(secret) == 43 and secret.replace("-", "").replace("_", "").isalnum() for secret in secrets)
