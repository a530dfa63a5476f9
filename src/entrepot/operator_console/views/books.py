"""The ledger: trial balance, accounts, an account's entries with its running balance, a posting explained."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from entrepot.kernel.errors import NotFound
from entrepot.ledger import queries
from entrepot.ledger.rules import ACCOUNT_KINDS, AccountRef
from entrepot.operator_console import postings, words
from entrepot.operator_console.desk import operators_only, page_of, show
from entrepot.ui.requests import PageRequest

_PER_PAGE = 50


@operators_only
@require_GET
def trial_balance(request: PageRequest) -> HttpResponse:
    """Show the books of every currency: each kind of account on its side, both sides equal."""
    context = {
        "books": [
            (book, [(row, words.account(AccountRef(row.kind, book.currency))) for row in book.rows])
            for book in queries.trial_balances()
        ],
    }
    return show(request, "trial_balance", "ledger", context)


@operators_only
@require_GET
def accounts(request: PageRequest) -> HttpResponse:
    """Show accounts with their balances, of one kind and currency or of all."""
    kind = request.GET.get("kind", "")
    currency = request.GET.get("currency", "")[:3].upper()
    kind = kind if kind in ACCOUNT_KINDS else ""
    found = queries.balances(kind or None, currency=currency or None)
    page = page_of(request)
    rows = found[(page - 1) * _PER_PAGE : page * _PER_PAGE]
    names = words.owners(row.account for row in rows)
    kinds = [(code, words.account(AccountRef(code, "EUR"))) for code in ACCOUNT_KINDS]
    context = {
        "rows": [(row, words.account(row.account, names), postings.account_link(row.account)) for row in rows],
        "kinds": sorted(kinds, key=lambda pair: pair[1]),
        "currencies": sorted({book.currency for book in queries.trial_balances()}),
        "kind": kind,
        "currency": currency,
        "count": len(found),
        "page": page,
        "pages": -(-len(found) // _PER_PAGE),
    }
    return show(request, "accounts", "ledger", context)


@operators_only
@require_GET
def account(request: PageRequest, kind: str, currency: str) -> HttpResponse:
    """Show one account's entries, the newest first, each with the balance after it."""
    if kind not in ACCOUNT_KINDS:
        raise NotFound(account=kind)
    ref = AccountRef(kind, currency.upper(), request.GET.get("owner", ""))
    found = queries.page_account(ref, before=request.GET.get("before", ""), limit=_PER_PAGE)
    names = words.owners([ref])
    rows = postings.explain(entry for entry, _after in found.entries)
    older = urlencode({**({"owner": ref.owner} if ref.owner else {}), "before": found.older}) if found.older else ""
    context = {
        "found": found,
        "title": words.account(ref, names),
        "rows": [
            (row, row.transfer.signed_for(ref), after) for row, (_entry, after) in zip(rows, found.entries, strict=True)
        ],
        "grows": _("grows by debit") if ACCOUNT_KINDS[kind].side == "debit" else _("grows by credit"),
        "older": f"?{older}" if older else "",
        "first": postings.account_link(ref) if request.GET.get("before") else "",
    }
    return show(request, "account", "ledger", context)


@operators_only
@require_GET
def posting(request: PageRequest) -> HttpResponse:
    """Show all transfers that one act made."""
    key = request.GET.get("key", "")[:200]
    rows = postings.explain(queries.transfers_of_posting(key))
    if not rows:
        raise NotFound(posting=key)
    causes = list({row.cause.link: row.cause for row in rows if row.cause}.values())
    context = {"key": key, "rows": rows, "posted_at": rows[0].transfer.posted_at, "causes": causes}
    return show(request, "posting", "ledger", context)
