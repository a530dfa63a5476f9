from django.apps import AppConfig


class OperatorConsoleConfig(AppConfig):
    name = "entrepot.operator_console"
    label = "operator_console"
    default_auto_field = "django.db.models.BigAutoField"
