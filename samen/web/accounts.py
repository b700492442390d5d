"""How signing in, signing up and second factors of django-allauth fit this house."""

from base64 import urlsafe_b64encode
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import get_language

from samen.people import store
from samen.people.forms import label
from samen.people.models import Account
from samen.people.roles import needs_second_factor


class SignupForm(forms.Form):
    """What signing up asks besides e-mail and password. Whoever signs up becomes a person with their own key."""

    name = forms.CharField(
        label=label("people.account.name"), help_text=label("people.account.name_help"), max_length=200
    )

    def signup(self, request: HttpRequest, user: Account) -> None:
        """Make the person who belongs to a new account."""
        user.language = get_language() or settings.LANGUAGE_CODE
        user.save(update_fields=["language"])
        store.create_person(self.cleaned_data["name"], user.language, user)  # the name is kept sealed, nowhere else


class AccountAdapter(DefaultAccountAdapter):
    """Signing in answers in the language that the account asked for."""

    def post_login(self, request: HttpRequest, user: Account, **details: Any) -> HttpResponse:
        """Send somebody on after signing in, in their own language."""
        response = super().post_login(request, user, **details)
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            user.language,
            samesite=settings.LANGUAGE_COOKIE_SAMESITE,
            secure=settings.LANGUAGE_COOKIE_SECURE,
        )
        return response


class SecondFactorAdapter(DefaultMFAAdapter):
    """Seeds of second factors lie encrypted; staff cannot take their last one away."""

    def encrypt(self, text: str) -> str:
        """Encrypt a seed or recovery codes before they are stored."""
        return _seed_box().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Open what `encrypt` closed."""
        return _seed_box().decrypt(encrypted_text.encode()).decode()

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Keep the last second factor of somebody whose role needs one."""
        others = Authenticator.objects.filter(
            user=authenticator.user, type__in=[Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
        ).exclude(pk=authenticator.pk)
        return others.exists() or not needs_second_factor(store.roles_of(authenticator.user, timezone.now()))


def _seed_box() -> Fernet:
    """Give the box for seeds, made from the key that also signs sessions: rotating the service key leaves it alone."""
    key = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"samen second factor seeds")
    return Fernet(urlsafe_b64encode(key.derive(settings.SECRET_KEY.encode())))
