"""What a pack asks of sellers and how it pays them: identifiers, documents, accounts, bank files."""

from __future__ import annotations

from decimal import Decimal
from string import Formatter
from typing import Annotated, Literal

from pydantic import Field, model_validator

from entrepot.markets.packs.base import Amount, Confidence, Currency, Regex, Strict, Text


class BusinessIdKind(Strict):
    """
    An identifier asked of a seller: checked by a python-stdnum module, a named check of ours, and a pattern.

    `entity_key`: it names one legal entity, so that two sellers cannot have the same. `personal`: a person's number,
    encrypted where it is kept and never shown to buyers.
    """

    kind: Text
    label: Text
    stdnum: str = ""
    check: str = ""
    pattern: Regex = ""
    required: bool = True
    example: str = ""
    entity_key: bool = False
    personal: bool = False


class DocumentKind(Strict):
    kind: Text
    label: Text
    required: bool = True


class RegistrationForm(Strict):
    ids: tuple[BusinessIdKind, ...]
    documents: tuple[DocumentKind, ...]


class Registration(Strict):
    forms: dict[Literal["company", "sole_trader"], RegistrationForm]
    registry: str = ""
    online_check: str = ""
    source: Text
    confidence: Confidence


class PayoutField(Strict):
    """One field of a bank account; `pattern` is a regular expression or one of the words `iban`, `bic`."""

    name: Text
    label: Text
    pattern: Regex
    example: str = ""


class BankFileColumn(Strict):
    """A column of a bank's own file: its title and what stands in it, with {holder}, {amount}, {currency},
    {reference}, {description}, {date} and the names of the account's fields in braces."""

    title: str
    value: str


class BankFile(Strict):
    """A bank's own text form of a payment file, beside the ISO 20022 one."""

    name: Text
    encoding: Text = "utf-8"
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] = ";"
    columns: Annotated[tuple[BankFileColumn, ...], Field(min_length=1)]


class Payout(Strict):
    """
    How sellers of a country are paid. An account without IBAN is named by `account_field`; its bank by `bank_field`, a
    number in the ISO 20022 clearing system `bank_clearing` (RUCBC, CNAPS …), where there is no BIC. Less than
    `minimum` waits for the next payout.
    """

    currency: Currency
    rail: Literal["sepa", "iban", "local"]
    fields: tuple[PayoutField, ...]
    account_field: str = "account_number"
    bank_field: str = "bank_code"
    bank_clearing: str = ""
    minimum: Amount = Decimal(0)
    files: tuple[BankFile, ...] = ()

    @model_validator(mode="after")
    def _columns_are_known(self) -> Payout:
        known = {"holder", "amount", "currency", "reference", "description", "date"}
        known |= {field.name for field in self.fields}
        for file in self.files:
            for column in file.columns:
                unknown = {name for _, name, _, _ in Formatter().parse(column.value) if name is not None} - known
                if unknown:
                    raise ValueError(f"column {column.title!r} of {file.name!r} names no field: {sorted(unknown)}")
        return self
