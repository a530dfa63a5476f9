"""
`make check`: everything that needs no running shop, each with its own clear word. Run from the project's folder.

The architecture tests of `tests/architecture` run here too: they read code and start no database.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

BIN = Path(sys.executable).parent
PYTHON = str(BIN / "python")
ENTREPOT = [PYTHON, "-m", "entrepot"]

CHECKS: list[tuple[str, list[str], str]] = [
    ("format", [str(BIN / "ruff"), "format", "--check", "--quiet", "."], "run `make format`"),
    ("lint", [str(BIN / "ruff"), "check", "--quiet", "--output-format", "concise", "."], "`make format` mends some"),
    ("types", [PYTHON, "-m", "mypy"], ""),
    ("imports", [str(BIN / "lint-imports"), "--no-cache"], "the floors are in docs/architecture.md"),
    ("architecture", [PYTHON, "-m", "pytest", "-q", "tests/architecture"], ""),
    ("migrations", [*ENTREPOT, "makemigrations", "--check", "--dry-run"], "run `entrepot makemigrations`"),
    (
        "API schema",
        [*ENTREPOT, "api-schema", "--check", "docs/openapi.json"],
        "`entrepot api-schema --write docs/openapi.json`",
    ),
    ("translations", [*ENTREPOT, "translations", "check"], "run `entrepot translations extract` and fill in"),
]


def main() -> int:
    """Run all checks, also after one failed; return the exit status."""
    failed = []
    for name, command, advice in CHECKS:
        begun = time.monotonic()
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        seconds = time.monotonic() - begun
        print(f"{name:<14}{'ok' if done.returncode == 0 else 'FAILED':<8}{seconds:5.1f} s", flush=True)
        if done.returncode:
            failed.append(name)
            print((done.stdout + done.stderr).rstrip(), flush=True)
            if advice:
                print(f"  -> {advice}", flush=True)
    print("check failed: " + ", ".join(failed) if failed else "check passed", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
