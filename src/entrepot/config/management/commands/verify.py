from __future__ import annotations

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from entrepot.config import verification
from entrepot.config.verification import Finding, Report

_SHOWN = 20


class Command(BaseCommand):
    help = (
        "Prove the books and the stock: every balance from its transfers and snapshots, every order's money to the "
        "minor unit, every statement, every stock figure from its movements. Reads one state of the database and "
        "changes nothing. Exits with 1 and names the rows when something does not hold."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print the whole report as JSON")
        parser.add_argument(
            "--room",
            action="append",
            choices=verification.list_rooms_with_checks(),
            help="check this room only (may be given several times)",
        )

    def handle(self, *args: Any, room: list[str] | None = None, **options: Any) -> None:
        report = verification.verify(room)
        if options["json"]:
            self.stdout.write(json.dumps(_as_json(report), ensure_ascii=False, indent=2))
        else:
            self._tell(report)
        if report.faults:
            sys.exit(1)

    def _tell(self, report: Report) -> None:
        width = max((len(finding.check) for finding in report.findings), default=0)
        for finding in report.findings:
            self.stdout.write(_line(finding, width))
            for fault in finding.faults[:_SHOWN]:
                self.stdout.write(f"         {fault.subject}: {fault.detail}")
            if len(finding.faults) > _SHOWN:
                self.stdout.write(f"         … and {len(finding.faults) - _SHOWN} more (--json names all)")
        rows = sum(finding.rows for finding in report.findings)
        outcome = f"{len(report.faults)} FAULTS" if report.faults else "all of it holds"
        self.stdout.write(f"\n{len(report.findings)} checks over {rows:,} rows in {report.seconds:.1f} s: {outcome}.")


def _line(finding: Finding, width: int) -> str:
    mark = f"FAULT {len(finding.faults)}" if finding.faults else "ok"
    proves = f"{finding.proves} ({finding.rows:,} rows, {finding.seconds:.2f} s)"
    return f"{mark:<8} {finding.check:<{width}}  {proves}"


def _as_json(report: Report) -> dict[str, Any]:
    return {
        "ok": not report.faults,
        "at": report.at.isoformat(),
        "seconds": round(report.seconds, 3),
        "faults": len(report.faults),
        "checks": [
            {
                "check": finding.check,
                "proves": finding.proves,
                "rows": finding.rows,
                "seconds": round(finding.seconds, 3),
                "faults": [
                    {"check": fault.check, "subject": fault.subject, "detail": fault.detail} for fault in finding.faults
                ],
            }
            for finding in report.findings
        ],
    }
