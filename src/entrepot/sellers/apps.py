from django.apps import AppConfig


class SellersConfig(AppConfig):
    name = "entrepot.sellers"
    label = "sellers"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from entrepot.kernel import encryption

        encryption.register_column(table="sellers_bankaccount", column="details")
        encryption.register_column(table="sellers_businessid", column="value_encrypted")
