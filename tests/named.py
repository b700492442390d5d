"""Named people whom tests share, made through the real store. Their names say their role, so tests read as sentences."""

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.test import Client
from django.utils import timezone

from samen.people import store
from samen.people.access import Allowed, CarePurpose, Ground
from samen.people.events import SECOND_FACTOR
from samen.people.models import Account, CareRelationship, Person
from samen.people.roles import Role, Scope

PASSWORD = "long enough to be real"

STAFF: dict[str, Role] = {
    "Sam": Role.CLINICIAN,
    "Dr Visser": Role.CLINICAL_LEAD,
    "Tess": Role.SOCIAL_WORKER,
    "Joris": Role.PEER_WORKER,
    "Lea": Role.COUNSELLOR,
    "Mo": Role.MODERATOR,
    "Rik": Role.RESEARCHER,
    "Pia": Role.PANEL_MEMBER,
    "Hanna": Role.PANEL_SECRETARY,
    "Omar": Role.OVERSEER,
    "Ada": Role.ADMINISTRATOR,
}


def address(name: str) -> str:
    """Give the e-mail address of a named person."""
    return f"{name.lower().replace(' ', '.')}@example.org"


def account(name: str, language: str = "en", password: str | None = None) -> Account:
    """Give the account of a named person, made once."""
    return store.account_of(address(name)) or store.create_account(address(name), name, language, password)


def person(name: str, language: str = "en", *, signs_in: bool = True) -> Person:
    """Give a person in care, with an account unless said otherwise."""
    if not signs_in:
        return store.create_person(name, language)
    if (found := Person.objects.filter(account__email=address(name)).first()) is not None:
        return found
    signs_in_as = store.account_of(address(name)) or store.create_account(address(name), language=language)
    return store.create_person(name, language, signs_in_as)


def staff(name: str, now: datetime | None = None, *, password: str | None = None) -> Account:
    """Give somebody who works here, in the role of the table above."""
    made = account(name, password=password)
    store.grant_role(made, STAFF[name], now=now or timezone.now())
    return made


def noor() -> Person:
    """Noor, in care, who signs in."""
    return person("Noor")


def kim() -> Person:
    """Kim, in care, who has nothing to do with Noor or her team."""
    return person("Kim")


def sam() -> Account:
    """Sam, a nurse: clinician."""
    return staff("Sam")


def dr_visser() -> Account:
    """Dr Visser, clinical lead."""
    return staff("Dr Visser")


def tess() -> Account:
    """Tess, social worker."""
    return staff("Tess")


def joris() -> Account:
    """Joris, peer worker."""
    return staff("Joris")


def lea() -> Account:
    """Lea, counsellor."""
    return staff("Lea")


def mo() -> Account:
    """Mo, moderator."""
    return staff("Mo")


def rik() -> Account:
    """Rik, researcher."""
    return staff("Rik")


def pia() -> Account:
    """Pia, panel member."""
    return staff("Pia")


def hanna() -> Account:
    """Hanna, secretary of the panel."""
    return staff("Hanna")


def omar() -> Account:
    """Omar, overseer from an independent body."""
    return staff("Omar")


def ada() -> Account:
    """Ada, who runs the machine and reads no one."""
    return staff("Ada")


def bram() -> Account:
    """Bram, who supports Noor once she says yes."""
    return account("Bram")


def in_care(
    who: Person,
    professional: Account,
    role: Role | None = None,
    *,
    now: datetime | None = None,
    ends: datetime | None = None,
) -> CareRelationship:
    """Let a professional care for somebody, as Dr Visser would start it."""
    now = now or timezone.now()
    lead = staff("Dr Visser", now)
    in_role = role or STAFF[professional.name]
    return store.start_care(who.id, professional, in_role, CarePurpose.TREATMENT, by=lead, now=now, ends=ends)


def own(who: Person, scope: Scope = Scope.RIGHTS) -> Allowed:
    """Give what opens somebody's own data to themselves."""
    return Allowed(person=who.id, scope=scope, ground=Ground.OWN, role=Role.PERSON, actor=who.account_id)


def seen_by(professional: Account, who: Person | UUID, scope: Scope = Scope.RECORD) -> Allowed:
    """Give what opens somebody's data to a professional, and fail when nothing does."""
    outcome = store.allowed(professional, who if isinstance(who, UUID) else who.id, scope, now=timezone.now())
    assert isinstance(outcome, Allowed), outcome
    return outcome


def sign_in(client: Client, who: Account | Person, *, second_factor: bool = True) -> Client:
    """Sign somebody in; staff have opened the session with their second factor unless said otherwise."""
    signed = who.account if isinstance(who, Person) else who
    assert signed is not None, "This person has no account to sign in with."
    client.force_login(signed)
    if second_factor:
        session = client.session
        session[SECOND_FACTOR] = str(signed.pk)
        session.save()
    return client


def session_of(who: Account | Person) -> str:
    """Sign somebody in, and give the key of the session for the cookie of another browser."""
    return sign_in(Client(), who).cookies[settings.SESSION_COOKIE_NAME].value
