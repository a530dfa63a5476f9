from django.apps import AppConfig


class SellersConfig(AppConfig):
    name = "entrepot.sellers"
    label = "sellers"
    default_auto_field = "django.db.models.BigAutoField"
