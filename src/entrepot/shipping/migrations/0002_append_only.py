from django.db import migrations

from entrepot.kernel.append_only import guard


class Migration(migrations.Migration):
    dependencies = [("shipping", "0001_initial"), ("kernel", "0002_append_only")]

    operations = [guard("shipping_trackingevent"), guard("shipping_parcelline")]
