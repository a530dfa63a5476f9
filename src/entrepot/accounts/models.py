from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower

from entrepot.kernel import sql
from entrepot.kernel.clock import now
from entrepot.kernel.ids import new_id


class PersonManager(BaseUserManager["Person"]):
    def create_user(self, email: str, password: str | None = None, **fields: object) -> Person:
        person = self.model(email=self.normalize_email(email).lower(), **fields)
        person.set_password(password)
        person.save(using=self._db)
        return person

    def create_superuser(self, email: str, password: str | None = None, **fields: object) -> Person:
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def find(self, person_id: object) -> Person | None:
        """Return who has an id, read with a plain statement: each page of a person who is signed in asks."""
        names = [field.attname for field in self.model._meta.concrete_fields]
        row = sql.fetch_one(f"SELECT {', '.join(names)} FROM accounts_person WHERE id = %s", [person_id])
        return None if row is None else self.model.from_db(self.db, names, row)

    def get_by_natural_key(self, username: str | None) -> Person:
        return self.get(email__iexact=username)


class Person(AbstractBaseUser, PermissionsMixin):
    """Somebody who logs in: a buyer, a seller's member, an operator. The e-mail is the log-in name."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=200, blank=True)
    language = models.CharField(max_length=16, blank=True)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False, help_text="An operator: may enter the console.")
    joined_at = models.DateTimeField(default=now)

    objects = PersonManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        # The column's own uniqueness tells capitals apart; mailboxes do not.
        constraints = [models.UniqueConstraint(Lower("email"), name="accounts_person_email_lower")]

    def __str__(self) -> str:
        return self.email


class SavedAddress(models.Model):
    """
    A place that a person has parcels sent to. `details` is the whole address, encrypted; only the country is readable,
    because the checkout asks for those of one country.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    country = models.CharField(max_length=2)
    details = models.TextField()
    is_default = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person"], condition=models.Q(is_default=True), name="accounts_one_default")
        ]


class ApiKey(models.Model):
    """A seller's key to the API. The secret itself is never kept, only its SHA-256: it has 256 bits of its own."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    seller_id = models.UUIDField(db_index=True)  # Sellers stand above: no foreign key upwards.
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=100)
    hint = models.CharField(max_length=24, help_text="The first symbols of the secret, to tell keys apart.")
    secret_sha256 = models.BinaryField(max_length=32, unique=True)
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, help_text="To the hour: noted at most once an hour.")
    revoked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.name} ({self.hint}…)"
