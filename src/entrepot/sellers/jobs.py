"""Work after the answer: files whose rows are gone."""

from __future__ import annotations

from django.core.files.storage import storages

from entrepot.kernel.jobs import job


@job
def delete_private_files(*, keys: list[str]) -> None:
    """Delete files of private storage; those that are gone already are left at that."""
    for key in keys:
        storages["private"].delete(key)
