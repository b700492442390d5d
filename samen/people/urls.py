from django.urls import path

from samen.people import views

app_name = "people"
urlpatterns = [
    path("my-people", views.mine, name="mine"),
    path("who-looked", views.looked, name="looked"),
    path("supporters", views.supporters, name="supporters"),
    path("supporters/<int:proxy>/end", views.end_supporter, name="end_supporter"),
    path("looking-along", views.supported, name="supported"),
    path("looking-along/<int:proxy>/stop", views.step_down, name="step_down"),
    path("emergency", views.break_glass, name="break_glass"),
    path("emergency/<uuid:person>", views.break_glass, name="break_glass_of"),
    path("care", views.care, name="care"),
    path("care/<int:relationship>/end", views.end_care, name="end_care"),
    path("second-factor", views.second_factor, name="second-factor"),
]
