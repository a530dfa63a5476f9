from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
import structlog
from django.db import OperationalError, connection
from django.test import Client

from entrepot.config import logs, metrics


def test_the_probe_answers_to_any_host_name(db: None, client: Client) -> None:
    response = client.get("/healthz", headers={"host": "10.0.0.7"})
    assert (response.status_code, response.json()) == (200, {"database": "ok"})


def test_a_request_after_the_server_hung_up_is_answered_at_once(transactional_db: None, client: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        own = cursor.fetchone()[0]
    with psycopg.connect(**connection.get_connection_params() | {"cursor_factory": None}, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [own])
    response = client.get("/healthz")
    assert (response.status_code, response.json()) == (200, {"database": "ok"})


def test_a_request_keeps_a_sensible_id_and_gets_one_otherwise(db: None, client: Client) -> None:
    kept = client.get("/api/v1/openapi.json", headers={"x-request-id": "abc-123_XYZ"})
    assert kept.headers["X-Request-ID"] == "abc-123_XYZ"
    for bad in ("short", "x" * 65, "with blank!"):
        made = client.get("/api/v1/openapi.json", headers={"x-request-id": bad})
        assert made.headers["X-Request-ID"] != bad
        assert len(made.headers["X-Request-ID"]) == 16


def test_an_api_call_without_a_session_runs_no_statement_for_one(
    db: None, client: Client, django_assert_num_queries: Callable[..., Any]
) -> None:
    with django_assert_num_queries(0):
        response = client.get("/api/v1/openapi.json")
    assert response.status_code == 200
    assert response.cookies == {}
    assert response.headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"


def test_figures_are_for_this_machine_or_for_the_bearer_of_the_token(db: None, client: Client, settings: Any) -> None:
    client.get("/api/v1/openapi.json")
    shown = client.get("/metrics")
    assert shown.status_code == 200
    assert 'route="api/v1/openapi.json"' in shown.text
    assert "entrepot_jobs_unfinished 0.0" in shown.text
    assert client.get("/metrics", REMOTE_ADDR="192.0.2.1").status_code == 404
    assert client.get("/metrics", headers={"x-forwarded-for": "192.0.2.1"}).status_code == 404

    settings.METRICS_TOKEN = "s3cret"
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", headers={"authorization": "Bearer wrong"}).status_code == 404
    assert client.get("/metrics", headers={"authorization": "Bearer s3cret"}).status_code == 200


def test_unknown_addresses_and_methods_do_not_multiply_the_figures(db: None, client: Client) -> None:
    for number in range(5):
        client.get(f"/api/v1/no-such-thing-{number}")
        client.generic(f"ODD{number}", "/api/v1/openapi.json")
    text = metrics.render().decode()
    assert "no-such-thing" not in text
    assert "ODD" not in text


def test_a_lost_database_is_503_in_the_words_of_the_face(
    db: None, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lose(*args: Any) -> None:
        raise OperationalError("server closed the connection unexpectedly")

    with monkeypatch.context() as patch:
        patch.setattr(connection, "cursor", lose)
        patch.setattr(connection, "close", lambda: None)
        assert client.get("/healthz").status_code == 503


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_a_traceback_in_the_log_holds_no_variables(log_format: str, capsys: pytest.CaptureFixture[str]) -> None:
    formatter = logs.configure(log_format)["formatters"]["line"]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=formatter["processors"], foreign_pre_chain=formatter["foreign_pre_chain"]
        )
    )
    logger = logging.getLogger("tests.tracebacks")
    logger.addHandler(handler)
    logger.propagate = False
    try:
        street = "1 privet drive".upper()
        assert street
        raise ValueError("no")
    except ValueError:
        logger.exception("it broke")
    finally:
        logger.removeHandler(handler)
    written = capsys.readouterr().err
    assert "it broke" in written
    assert "ValueError" in written
    assert "PRIVET" not in written
