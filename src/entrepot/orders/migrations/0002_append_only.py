from django.db import migrations

from entrepot.kernel.append_only import guard


class Migration(migrations.Migration):
    dependencies = [("orders", "0001_initial"), ("kernel", "0002_append_only")]

    operations = [guard("orders_refund")]
