from django.apps import AppConfig

from entrepot.kernel import encryption


class PayoutsConfig(AppConfig):
    name = "entrepot.payouts"
    label = "payouts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        encryption.register_column(table="payouts_payout", column="account_details")
