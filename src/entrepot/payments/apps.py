from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    name = "entrepot.payments"
    label = "payments"
    default_auto_field = "django.db.models.BigAutoField"
