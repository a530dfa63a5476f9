"""Files handed out by pages: always as a download, never shown by the browser inside our address."""

from __future__ import annotations

import io

from django.http import FileResponse


def attachment(content: bytes, *, file_name: str, media_type: str) -> FileResponse:
    """Return a file as a download that no cache keeps."""
    response = FileResponse(io.BytesIO(content), as_attachment=True, filename=file_name, content_type=media_type)
    response["Cache-Control"] = "private, no-store"
    response["Content-Security-Policy"] = "sandbox"
    return response
