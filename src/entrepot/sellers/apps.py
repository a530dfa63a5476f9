from django.apps import AppConfig


class SellersConfig(AppConfig):
    name = "entrepot.sellers"
    label = "sellers"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from entrepot.kernel import encryption

        encryption.register_column(table="sellers_bankaccount", column="details")
        encryption.register("sellers_businessid.value_encrypted", _rotate_business_ids)


def _rotate_business_ids() -> int:
    from entrepot.sellers.operations.rotation import rotate_business_ids

    return rotate_business_ids()
