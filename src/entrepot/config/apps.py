from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "entrepot.config"
    label = "config"

    def ready(self) -> None:
        from entrepot.config import wiring

        wiring.bind()
