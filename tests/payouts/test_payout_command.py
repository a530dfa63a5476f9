"""`entrepot payout`: what the operator reads at the command line."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest
from django.core.management import call_command

from entrepot.payouts import queries
from tests.builders import money, sellers as build

pytestmark = pytest.mark.django_db


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[str]:
    call_command("payout", *arguments)
    return capsys.readouterr().out.splitlines()


def test_the_command_pays_once_and_says_whom_and_where_the_files_are(
    now: datetime, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    chinese, italian = build.approved_seller("CN"), build.approved_seller("IT")
    money.released(chinese, goods=9000, at=now - timedelta(days=20))
    money.released(italian, goods=500, at=now)
    monkeypatch.setattr("entrepot.kernel.clock.now", lambda: now)
    waits = f"not paid: {italian.legal_name}, 5.00 EUR on account, 0.00 EUR due: nothing is due yet"

    assert told(capsys, "--dry-run") == [f"would pay 90.00 CNY to {chinese.legal_name}", waits]
    assert queries.list_runs() == ()

    paid = told(capsys)
    (run,) = queries.list_runs()
    (payout,) = queries.list_payouts(run_id=run.id)
    assert paid == [
        f"paid 90.00 CNY to {chinese.legal_name}, statement {payout.number}",
        waits,
        "file 2026-11-20-CNY-CN-1.csv (批量转账): 1 payment, 90.00 CNY",
        "file 2026-11-20-CNY-credit-transfer.xml (pain.001.001.09): 1 payment, 90.00 CNY",
        f"The files are handed out at http://127.0.0.1:8000/operator/payouts/runs/{run.id}/",
        "A .csv holds the same payments as the .xml of its currency: hand in one of the two.",
    ]

    assert told(capsys) == [waits, "No seller has money due."]
    assert json.loads("".join(told(capsys, "--json")))["paid"] == []
