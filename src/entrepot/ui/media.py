"""Pictures out of the storage, for installations whose proxy does not serve them itself."""

from __future__ import annotations

import mimetypes

from django.core.exceptions import SuspiciousFileOperation
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest
from django.views.decorators.http import require_safe

_SHOWN = frozenset({"image/webp", "image/jpeg", "image/png"})


@require_safe
def picture(request: HttpRequest, name: str) -> FileResponse:
    """Hand out a picture; its name carries its content's hash, so that it may be kept for ever."""
    media_type = mimetypes.guess_type(name)[0] or ""
    if media_type not in _SHOWN:
        raise Http404
    try:
        file = default_storage.open(name, "rb")
    except (FileNotFoundError, IsADirectoryError, SuspiciousFileOperation):
        raise Http404 from None
    response = FileResponse(file, content_type=media_type)
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    return response
