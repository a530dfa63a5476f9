"""Bringing an installation to the state that this version needs: at the first start, and after every update."""

from __future__ import annotations

from collections.abc import Callable

from django.core.management import call_command
from django.db import connections

from entrepot.catalog import operations as catalog
from entrepot.config import static_files
from entrepot.kernel import clock, facts
from entrepot.ledger import operations as ledger
from entrepot.markets import operations as markets
from entrepot.search import following
from entrepot.search.ports import get_engine

_TELL_SECONDS = 2.0


def prepare(*, say: Callable[[str], None]) -> None:
    """Migrate the database, give each pack its market and the categories their rows, collect the static files."""
    say("Preparing the database")
    call_command("migrate", interactive=False, verbosity=0)
    if moved := facts.adopt_restored():
        say(f"The database was restored from a dump: {moved} unread facts are told again")
    ledger.take_snapshots(now=clock.now())  # Those of another server's transaction ids are dropped here.
    markets.sync_markets(now=clock.now())
    catalog.sync_categories()
    prepare_search(say=say)
    say("Collecting static files")
    static_files.collect()
    connections.close_all()


def prepare_search(*, say: Callable[[str], None]) -> None:
    """Have the goods found that are there: the index of this machine is built, or follows what has changed."""
    last = 0.0

    def tell(progress: following.Progress) -> None:
        nonlocal last
        if progress.seconds - last >= _TELL_SECONDS:
            last = progress.seconds
            say(f"  {progress.done} of {progress.total} listings")

    say("Preparing search")
    following.prepare(engine=get_engine(), tell=tell)
