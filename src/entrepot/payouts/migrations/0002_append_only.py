from django.db import migrations

from entrepot.kernel.append_only import guard


class Migration(migrations.Migration):
    dependencies = [("payouts", "0001_initial"), ("kernel", "0002_append_only")]

    operations = [guard("payouts_payoutline"), guard("payouts_statedtransfer")]
