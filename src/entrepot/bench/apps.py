import os

from django.apps import AppConfig


class BenchConfig(AppConfig):
    name = "entrepot.bench"
    label = "bench"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        if place := os.environ.get("ENTREPOT_BENCH_COUNTS"):
            from entrepot.bench import counting

            counting.install(place)
