from django.urls import path

from samen.rooms.record import views

app_name = "record"
urlpatterns = [
    path("record", views.mine, name="mine"),
    path("record/<int:entry>", views.entry, name="entry"),
    path("people/<uuid:person>/record/", views.person, name="person"),
    path("people/<uuid:person>/record/<int:entry>", views.entry_of, name="entry_of"),
]
