"""Every address of the product. Rooms bring their own; nothing is decided here."""

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
