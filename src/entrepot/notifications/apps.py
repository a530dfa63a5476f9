from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "entrepot.notifications"
    label = "notifications"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from entrepot.kernel import encryption

        encryption.register_column(table="notifications_webhookendpoint", column="secret")
