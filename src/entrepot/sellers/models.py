from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q

from entrepot.accounts.models import Person
from entrepot.kernel.ids import new_id

STATES = ("draft", "submitted", "approved", "rejected", "suspended")
FORMS = ("company", "sole_trader")
STORE_STATES = ("open", "paused", "closed")
ROLES = ("owner", "manager", "fulfilment", "finance", "viewer")


def _one_of(column: str, values: tuple[str, ...], table: str) -> models.CheckConstraint:
    return models.CheckConstraint(condition=Q(**{f"{column}__in": values}), name=f"sellers_{table}_{column}_known")


class Seller(models.Model):
    """A trader: a legal entity of one country. What pricing reads stands here, what verification needs beside it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    country = models.CharField(max_length=2)
    legal_name = models.TextField(blank=True, default="")
    form = models.TextField()
    state = models.TextField(default="draft")
    vat_registered = models.BooleanField(default=False)
    registrations = models.JSONField(default=list, help_text='Tax schemes the seller is registered for, as ["OSS"].')
    eu_sales_over_threshold = models.BooleanField(
        default=False, help_text="Above 10,000 EUR of distance sales in the EU: the buyer's country taxes them."
    )
    payout_currency = models.CharField(max_length=3)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [_one_of("state", STATES, "seller"), _one_of("form", FORMS, "seller")]
        indexes = [models.Index(fields=["state", "country"], name="sellers_seller_state")]

    def __str__(self) -> str:
        return self.legal_name or f"{self.country} draft {self.id}"


class Registration(models.Model):
    """What a seller said of itself (DSA article 30) and how the operator answered. One per seller, resumable."""

    seller = models.OneToOneField(Seller, primary_key=True, on_delete=models.CASCADE, related_name="registration")
    trade_name = models.TextField(blank=True, default="")
    representative = models.TextField(blank=True, default="", help_text="Who may bind the entity.")
    street = models.TextField(blank=True, default="")
    street2 = models.TextField(blank=True, default="")
    city = models.TextField(blank=True, default="")
    region = models.TextField(blank=True, default="")
    postal_code = models.TextField(blank=True, default="")
    phone = models.TextField(blank=True, default="", help_text="E.164, such as +390612345678.")
    email = models.TextField(blank=True, default="")
    register_name = models.TextField(blank=True, default="")
    register_number = models.TextField(blank=True, default="")
    terms_version = models.TextField(blank=True, default="")
    terms_accepted_at = models.DateTimeField(null=True)
    terms_accepted_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    self_certified_at = models.DateTimeField(
        null=True, help_text="Promised to offer only what complies with the law (DSA article 30(1)(e))."
    )
    submitted_at = models.DateTimeField(null=True)
    submissions = models.PositiveIntegerField(default=0)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.TextField(blank=True, default="")
    reasons = models.JSONField(default=list, help_text="Why it was rejected or suspended: [{field, reason}].")
    updated_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"registration of {self.seller_id}"


class BusinessId(models.Model):
    """One identifier of a seller, in compact form. A person's own number is encrypted, an entity's is public."""

    id = models.BigAutoField(primary_key=True)
    seller = models.ForeignKey(Seller, on_delete=models.CASCADE, related_name="business_ids")
    country = models.CharField(max_length=2)
    kind = models.TextField()
    value = models.TextField(blank=True, default="")
    value_encrypted = models.TextField(blank=True, default="")
    fingerprint = models.CharField(max_length=64, help_text="Keyed digest: tells equal values, shows none.")
    is_entity_key = models.BooleanField(default=False)
    is_claimed = models.BooleanField(
        default=False, help_text="Submitted or approved under this id. A draft claims nothing, so nobody can squat."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["seller", "kind"], name="sellers_businessid_one_of_a_kind"),
            models.UniqueConstraint(
                fields=["country", "kind", "fingerprint"],
                condition=Q(is_entity_key=True, is_claimed=True),
                name="sellers_businessid_one_entity",
            ),
            models.CheckConstraint(
                condition=(Q(value="") & ~Q(value_encrypted="")) | (~Q(value="") & Q(value_encrypted="")),
                name="sellers_businessid_plain_or_encrypted",
            ),
        ]


class Document(models.Model):
    """A paper that proves something, kept in private storage under a random name. The given name is only for show."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    seller = models.ForeignKey(Seller, on_delete=models.CASCADE, related_name="documents")
    kind = models.TextField()
    file_name = models.TextField()
    storage_key = models.TextField(unique=True)
    media_type = models.TextField()
    size_bytes = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64, help_text="Of what is kept.")
    received_sha256 = models.CharField(max_length=64, help_text="Of what was sent; pictures are written anew.")
    uploaded_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    uploaded_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, help_text="Replaced or taken back; kept for the record.")

    class Meta:
        indexes = [models.Index(fields=["seller", "kind"], name="sellers_document_kind")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.seller_id}"


class BankAccount(models.Model):
    """Where a seller is paid. Changing it makes a new row; which account was paid when stays known."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    seller = models.ForeignKey(Seller, on_delete=models.CASCADE, related_name="bank_accounts")
    rail = models.TextField()
    currency = models.CharField(max_length=3)
    details = models.TextField(help_text="Encrypted JSON: holder and the fields of the pack's payout rail.")
    hint = models.TextField(help_text="The last four symbols of the account number.")
    created_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()
    replaced_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["seller"], condition=Q(replaced_at=None), name="sellers_bankaccount_one_current"
            )
        ]

    def __str__(self) -> str:
        return f"…{self.hint} ({self.currency})"


class SafetyContact(models.Model):
    """
    Who made goods, or answers in the European Union for their safety, as buyers are told; a store and its listings
    choose.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    seller = models.ForeignKey(Seller, on_delete=models.CASCADE, db_index=False, related_name="safety_contacts")
    name = models.TextField()
    address = models.TextField()
    country = models.CharField(max_length=2)
    email = models.TextField()
    is_in_eu = models.BooleanField(help_text="Whether it may answer in the Union, as the pack said when written down.")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["id", "seller"], name="sellers_safetycontact_owner")]
        indexes = [models.Index(fields=["seller", "id"], name="sellers_safetycontact_seller")]

    def __str__(self) -> str:
        return self.name


def _contact_of_the_same_seller() -> models.ForeignKey[SafetyContact | None]:
    """Return a key whose constraint stands in migration 0006, over (id, seller_id)."""
    return models.ForeignKey(
        SafetyContact, null=True, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )


class Store(models.Model):
    """A seller's shop front and the place that its parcels leave from."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    seller = models.OneToOneField(Seller, on_delete=models.CASCADE, related_name="store")
    slug = models.TextField(unique=True)
    name = models.TextField()
    state = models.TextField(default="open")
    dispatch_country = models.CharField(max_length=2)
    dispatch_region = models.TextField(blank=True, default="")
    dispatch_postal_code = models.TextField(blank=True, default="")
    dispatch_city = models.TextField(blank=True, default="")
    language = models.TextField()
    story = models.TextField(blank=True, default="")
    stories = models.JSONField(
        default=dict, db_default={}, help_text='The story in other languages than the store\'s own: {"en": "…"}.'
    )
    manufacturer = _contact_of_the_same_seller()
    responsible = _contact_of_the_same_seller()
    pictures = models.JSONField(
        default=dict, db_default={}, help_text='Its logo and cover: {"logo": {"content_hash", "width", "height"}}.'
    )
    declared = models.JSONField(
        default=dict, db_default={}, help_text="What the store says of all its goods, as words that restrictions read."
    )
    created_at = models.DateTimeField()

    class Meta:
        constraints = [_one_of("state", STORE_STATES, "store")]

    def __str__(self) -> str:
        return self.slug


class Member(models.Model):
    """A person who acts for a seller, in one role."""

    id = models.BigAutoField(primary_key=True)
    seller = models.ForeignKey(Seller, on_delete=models.CASCADE, related_name="members")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    role = models.TextField()
    joined_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["seller", "person"], name="sellers_member_once"),
            _one_of("role", ROLES, "member"),
        ]


class Invitation(models.Model):
    """A seat offered to a mailbox. Its token is a signature over the id: nothing kept here opens anything."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    seller = models.ForeignKey(Seller, on_delete=models.CASCADE, related_name="invitations")
    email = models.TextField()
    role = models.TextField()
    invited_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            _one_of("role", ROLES, "invitation"),
            models.CheckConstraint(condition=Q(expires_at__gt=F("created_at")), name="sellers_invitation_lasts"),
        ]


class ScreeningList(models.Model):
    """A list of names in one version, as an operator imported it. An older one keeps its row and loses its names."""

    id = models.BigAutoField(primary_key=True)
    code = models.TextField()
    version = models.TextField()
    kind = models.TextField()
    entries = models.PositiveIntegerField()
    imported_by = models.TextField()
    imported_at = models.DateTimeField()
    replaced_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["code"], condition=Q(replaced_at=None), name="sellers_screeninglist_one_current"
            ),
            _one_of("kind", ("sanctions", "exposed"), "screeninglist"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.version}"


class ListedName(models.Model):
    """Somebody on a list: every spelling, and the keys under which a likely match is found."""

    id = models.BigAutoField(primary_key=True)
    list = models.ForeignKey(ScreeningList, on_delete=models.CASCADE, related_name="names")
    entry_id = models.TextField()
    spellings = ArrayField(models.TextField())
    keys = ArrayField(models.TextField())
    kind = models.TextField()
    countries = models.TextField(blank=True, default="")
    programme = models.TextField(blank=True, default="")

    class Meta:
        indexes = [GinIndex(fields=["keys"], name="sellers_listedname_keys")]

    def __str__(self) -> str:
        return self.spellings[0]


class Screening(models.Model):
    """
    A seller's names held against the lists of a moment. Never changed but by the operator's judgement of its hits.

    `names` is [{"role", "name"}], `lists` [{"code", "version", "kind"}], `hits` what was alike and why.
    """

    id = models.BigAutoField(primary_key=True)
    seller = models.ForeignKey(Seller, on_delete=models.CASCADE, related_name="screenings")
    screened_at = models.DateTimeField()
    names = models.JSONField()
    lists = models.JSONField()
    hits = models.JSONField()
    cleared_at = models.DateTimeField(null=True)
    cleared_by = models.TextField(blank=True, default="")
    clear_reason = models.TextField(blank=True, default="")

    class Meta:
        indexes = [models.Index(fields=["seller", "-id"], name="sellers_screening_newest")]

    def __str__(self) -> str:
        return f"screening of {self.seller_id}"
