from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "entrepot.accounts"
    label = "accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from entrepot.kernel import encryption

        encryption.register_column(table="accounts_savedaddress", column="details")
