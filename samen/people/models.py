"""Tables of who: accounts, people, their keys, and every standing reason for one human to see another's data.

A person's id is the pseudonym that the whole house uses. Names and reasons lie sealed under that person's own key.
"""

from typing import Any, ClassVar
from uuid import uuid4

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q

from samen.people.access import CarePurpose, Ground
from samen.people.roles import CARDS, GRANTED, Duty, Role, Scope

WORD = 32  # longest word of an enum that is stored


def one_of(name: str, field: str, words: Any) -> models.CheckConstraint:
    """Build a constraint: this column holds one of these words and nothing else."""
    return models.CheckConstraint(condition=Q(**{f"{field}__in": sorted(str(word) for word in words)}), name=name)


def carrying(duty: Duty) -> list[Role]:
    """Give the roles that carry a duty."""
    return [role for role, card in CARDS.items() if duty in card.duties]


class Accounts(BaseUserManager["Account"]):
    """Makes and finds accounts; an e-mail address is the same whatever its capitals."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "Account":
        """Make an account; without a password nobody can sign in with one until it is set by mail."""
        account = self.model(email=email.strip().lower(), **fields)
        account.set_password(password)
        account.save(using=self._db)
        return account

    def get_by_natural_key(self, username: str | None) -> "Account":
        """Find an account by e-mail address."""
        return self.get(email=(username or "").strip().lower())


class Account(AbstractBaseUser):
    """Somebody who can sign in. It has no rights of its own: those come from roles, care relationships and proxies."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=200, blank=True)  # of who works here; people in care have theirs sealed
    language = models.CharField(max_length=5, default="nl")
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = Accounts()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [one_of("account_language_known", "language", ("en", "nl"))]

    def __str__(self) -> str:
        return str(self.id)  # never a name: this reaches logs

    def get_full_name(self) -> str:
        """Give the name as colleagues and the people in care read it."""
        return self.name or self.email


class Person(models.Model):
    """Somebody whom the service is for. May have no account (imported, or not signed up yet)."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    account = models.OneToOneField(Account, null=True, blank=True, on_delete=models.PROTECT, related_name="person")
    name_sealed = models.BinaryField()
    language = models.CharField(max_length=5, default="nl")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [one_of("person_language_known", "language", ("en", "nl"))]
        indexes = [models.Index(fields=["created_at", "id"], name="person_in_order")]


class PersonKey(models.Model):
    """One person's key, wrapped. It opens only with the service key and the person's half in `keys.sqlite3`."""

    person = models.OneToOneField(Person, primary_key=True, on_delete=models.PROTECT, related_name="key")
    wrapped = models.BinaryField()
    service_key_id = models.CharField(max_length=16)
    destroyed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["service_key_id", "person"], name="key_by_service_key")]


class Tied(models.Model):
    """Something that holds from a moment to another."""

    starts = models.DateTimeField()
    ends = models.DateTimeField(null=True)

    class Meta:
        abstract = True


class RoleGrant(Tied):
    """This account works in this role. Roles `person` and `supporter` are never granted: they follow from being one."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="grants")
    role = models.CharField(max_length=WORD)

    class Meta:
        constraints = [
            one_of("grant_role_known", "role", GRANTED),
            models.CheckConstraint(condition=Q(ends=None) | Q(ends__gte=F("starts")), name="grant_ends_after_start"),
            models.UniqueConstraint(fields=["account", "role"], condition=Q(ends=None), name="grant_open_once"),
        ]
        indexes = [models.Index(fields=["account", "role"], name="grant_of_account")]


class CareRelationship(Tied):
    """This professional cares for this person, for this purpose: what opens a record on an ordinary day."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="care")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="care")
    role = models.CharField(max_length=WORD)
    purpose = models.CharField(max_length=WORD)

    class Meta:
        constraints = [
            one_of("care_role_may_care", "role", carrying(Duty.CARE)),
            one_of("care_purpose_known", "purpose", CarePurpose),
            models.CheckConstraint(condition=Q(ends=None) | Q(ends__gte=F("starts")), name="care_ends_after_start"),
            models.UniqueConstraint(
                fields=["person", "account", "role"], condition=Q(ends=None), name="care_open_once"
            ),
        ]
        indexes = [
            models.Index(fields=["account", "ends", "starts", "person"], name="care_of_account"),
            models.Index(fields=["person", "account"], name="care_of_person"),
        ]


class Proxy(models.Model):
    """The person's yes to a supporter: these areas, until this day. A yes without an end cannot be stored."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="proxies")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="proxies")
    scopes = models.JSONField()
    starts = models.DateTimeField()
    ends = models.DateTimeField()
    said_yes_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends__gt=F("starts")), name="proxy_ends_after_start"),
            models.CheckConstraint(condition=Q(starts__gte=F("said_yes_at")), name="proxy_not_before_the_yes"),
        ]
        indexes = [
            models.Index(fields=["person", "account"], name="proxy_of_person"),
            models.Index(fields=["account", "ends"], name="proxy_of_account"),
        ]


class BreakGlass(models.Model):
    """Emergency access with a reason. It ends by itself: the end stands in the row from the first moment."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="emergencies")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="emergencies")
    role = models.CharField(max_length=WORD)
    reason_sealed = models.BinaryField()
    starts = models.DateTimeField()
    ends = models.DateTimeField()

    class Meta:
        constraints = [
            one_of("emergency_role_may_break_glass", "role", carrying(Duty.BREAK_GLASS)),
            models.CheckConstraint(condition=Q(ends__gte=F("starts")), name="emergency_ends"),
        ]
        indexes = [models.Index(fields=["person", "account"], name="emergency_of_person")]


class Access(models.Model):
    """One look by a human at a person's data. Triggers refuse a change, and a removal before the person is erased."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="looks")
    account = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="looks")
    role = models.CharField(max_length=WORD)
    ground = models.CharField(max_length=WORD)
    scope = models.CharField(max_length=WORD)
    purpose = models.CharField(max_length=WORD, blank=True)
    what = models.CharField(max_length=200)  # url name, or kinds of resources; never what they say
    at = models.DateTimeField()

    class Meta:
        constraints = [
            one_of("look_role_known", "role", Role),
            one_of("look_ground_known", "ground", Ground),
            one_of("look_scope_known", "scope", Scope),
        ]
        indexes = [
            models.Index(fields=["person", "-at", "-id"], name="look_at_person"),
            models.Index(fields=["account", "-at"], name="look_by_account"),
        ]


class OwnWish(models.Model):
    """What a person asked for at times of their own (`jobs/wishes.py`); each room keeps its own in a table of its own.

    What it is about lies sealed; in the open stands only when a mail is due, for who asked for one.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    wish_sealed = models.BinaryField()
    mail = models.BooleanField(default=False)
    begun_at = models.DateTimeField()
    paused_at = models.DateTimeField(null=True)
    aside_at = models.DateTimeField()  # moments up to here were dealt with
    next_at = models.DateTimeField(null=True)  # when the next mail is due

    class Meta:
        abstract = True
