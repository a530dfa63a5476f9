"""What keeps the ledger true whoever writes to it: currencies by composite foreign keys, and no change ever."""

from django.db import migrations

from entrepot.kernel.append_only import guard

_CURRENCIES = """
ALTER TABLE ledger_transfer
  ADD CONSTRAINT ledger_transfer_debit_currency
    FOREIGN KEY (debit_account_id, currency) REFERENCES ledger_account (id, currency),
  ADD CONSTRAINT ledger_transfer_credit_currency
    FOREIGN KEY (credit_account_id, currency) REFERENCES ledger_account (id, currency);
"""

_CURRENCIES_BACK = """
ALTER TABLE ledger_transfer
  DROP CONSTRAINT ledger_transfer_debit_currency,
  DROP CONSTRAINT ledger_transfer_credit_currency;
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial"), ("kernel", "0002_append_only")]

    operations = [
        migrations.RunSQL(_CURRENCIES, _CURRENCIES_BACK),
        guard("ledger_transfer"),
        guard("ledger_account"),
    ]
