from django.apps import AppConfig


class SellerCentreConfig(AppConfig):
    name = "entrepot.seller_centre"
    label = "seller_centre"
    default_auto_field = "django.db.models.BigAutoField"
