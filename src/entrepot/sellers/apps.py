from django.apps import AppConfig


class SellersConfig(AppConfig):
    name = "entrepot.sellers"
    label = "sellers"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from entrepot.kernel import encryption
        from entrepot.sellers.operations.rotation import rotate_business_ids

        encryption.register_column(table="sellers_bankaccount", column="details")
        encryption.register("sellers_businessid.value_encrypted", rotate_business_ids)
