"""The addresses of the walk-in door; `samen/web/urls.py` has them only in demo mode."""

from django.urls import path

from samen.web.demo import views

app_name = "demo"
urlpatterns = [
    path("", views.doors, name="doors"),
    path("enter/<slug:who>", views.enter, name="enter"),
]
