from __future__ import annotations

import json
from datetime import datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

from entrepot.config import verification
from entrepot.kernel import sql
from entrepot.kernel.verification import Check
from entrepot.payouts import operations as payouts
from tests.builders import money, sellers as build


def verify(*arguments: str) -> tuple[str, int]:
    out = StringIO()
    try:
        call_command("verify", *arguments, stdout=out)
    except SystemExit as end:
        return out.getvalue(), int(end.code or 0)
    return out.getvalue(), 0


@pytest.mark.django_db(transaction=True)
def test_verify_tells_what_it_proved_over_how_many_rows(now: datetime) -> None:
    seller = build.approved_seller("CN")
    money.released(seller, goods=9000, commission=900, at=now - timedelta(days=20))
    payouts.run_payouts(now=now)

    text, code = verify()

    assert code == 0
    assert "ok       ledger.transfers" in text
    assert "each transfer moves a positive amount between two accounts of its own currency (3 rows," in text
    assert text.rstrip().endswith("all of it holds.")
    for room in ("ledger", "payments", "payouts", "catalog", "orders"):
        assert room in verification.list_rooms_with_checks()


@pytest.mark.django_db(transaction=True)
def test_verify_names_what_a_superuser_spoiled_and_exits_with_one(now: datetime) -> None:
    seller = build.approved_seller("CN")
    money.released(seller, goods=9000, at=now - timedelta(days=20))
    (paid,) = payouts.run_payouts(now=now).paid
    sql.execute("ALTER TABLE payouts_payoutline DISABLE TRIGGER payouts_payoutline_append_only")
    sql.execute("UPDATE payouts_payoutline SET goods_minor = goods_minor + 1, net_minor = net_minor + 1")
    sql.execute("ALTER TABLE payouts_payoutline ENABLE TRIGGER payouts_payoutline_append_only")

    text, code = verify()
    assert code == 1
    assert f"{paid.payout_id}: opening 0, lines 9001, paid 9000, closing 0" in text
    assert text.rstrip().endswith("2 FAULTS.")

    answer, code = verify("--json", "--room", "payouts")
    report = json.loads(answer)
    assert (code, report["ok"], report["faults"]) == (1, False, 2)
    spoiled = {check["check"]: [fault["subject"] for fault in check["faults"]] for check in report["checks"]}
    assert {check: subjects for check, subjects in spoiled.items() if subjects} == {
        "payouts.statements": [str(paid.payout_id)],
        "payouts.lines": [str(paid.payout_id)],
    }


@pytest.mark.django_db(transaction=True)
def test_verify_reads_one_state_and_cannot_write(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[str, str]] = []

    def look(_: object) -> list:
        with connection.cursor() as cursor:
            for name in ("transaction_isolation", "transaction_read_only"):
                cursor.execute(f"SHOW {name}")
                seen.append((name, cursor.fetchone()[0]))
        return []

    monkeypatch.setattr(Check, "find_faults", look)
    verification.verify(["ledger"])

    assert set(seen) == {("transaction_isolation", "repeatable read"), ("transaction_read_only", "on")}
