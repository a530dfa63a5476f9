"""The sandbox's pages: where a buyer passes or refuses a challenge, and where its news comes in."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from entrepot.integrations import sandbox_callbacks, sandbox_payments
from entrepot.integrations.sandbox_callbacks import FalseSignature
from entrepot.kernel import clock
from entrepot.kernel.errors import NotFound


@csrf_exempt  # Nobody is logged in here: the unguessable address is the whole authority, as at an outside firm.
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def challenge(request: HttpRequest, reference: str) -> HttpResponse:
    """Show a challenge; take the decision, tell the shop and send the buyer back (`next`, or the charge's own)."""
    try:
        charge = sandbox_payments.get_charge(reference)
    except NotFound:
        raise Http404 from None
    back = _own_address(request, request.POST.get("next") or request.GET.get("next") or charge.return_url)
    if request.method == "POST":
        decision = request.POST.get("decision")
        if decision not in ("approve", "refuse"):
            return HttpResponse("decision must be approve or refuse", status=400, content_type="text/plain")
        charge = sandbox_payments.decide(reference=reference, approved=decision == "approve")
        sandbox_callbacks.tell_the_shop(charge, now=clock.now())
        if back:
            return redirect(back)
    context = {"charge": charge, "amount": charge.amount, "back": back}
    return render(request, "integrations/sandbox_challenge.html", context)


def _own_address(request: HttpRequest, address: str) -> str:
    """Return the address when it leads back to this shop, else nothing."""
    own = url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure())
    return address if own else ""


@csrf_exempt  # Believed by its signature.
@require_POST
def callback(request: HttpRequest) -> HttpResponse:
    """Take the sandbox's signed news."""
    try:
        sandbox_callbacks.receive(request.body.decode(), request.headers, now=clock.now())
    except (FalseSignature, UnicodeDecodeError):
        return JsonResponse({"error": FalseSignature.code}, status=403)
    except NotFound:
        return JsonResponse({"error": NotFound.code}, status=404)
    return HttpResponse(status=204)
