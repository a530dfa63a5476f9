from django.apps import AppConfig
from django.conf import settings


class UiConfig(AppConfig):
    name = "entrepot.ui"
    label = "ui"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from entrepot.ui import catalogues, field_messages

        catalogues.compile_into(settings.LOCALE_PATHS[0])
        field_messages.speak_plainly()
