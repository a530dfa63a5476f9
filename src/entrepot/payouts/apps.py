from django.apps import AppConfig


class PayoutsConfig(AppConfig):
    name = "entrepot.payouts"
    label = "payouts"
    default_auto_field = "django.db.models.BigAutoField"
