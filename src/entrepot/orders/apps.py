from django.apps import AppConfig


class OrdersConfig(AppConfig):
    name = "entrepot.orders"
    label = "orders"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from entrepot.kernel import encryption

        encryption.register_column(table="orders_cart", column="contact")
        encryption.register_column(table="orders_purchase", column="contact")
