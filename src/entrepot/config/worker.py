"""The worker: follows the facts into jobs, runs the jobs, keeps time."""

from __future__ import annotations

from procrastinate import App

from entrepot.kernel import jobs


def register_jobs(app: App) -> None:
    """Give procrastinate every job of the rooms (called by its Django integration when it is ready)."""
    app.add_tasks_from(jobs.blueprint, namespace="entrepot")
