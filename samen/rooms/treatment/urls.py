"""The addresses of this room."""

from django.urls import path

from samen.rooms.treatment import views

app_name = "treatment"
urlpatterns = [
    path("questionnaires/", views.questionnaires_list, name="questionnaires"),
    path("questionnaires/after/", views.after_hard_answer, name="after-hard-answer"),
    path("questionnaires/saved/", views.saved, name="saved"),
    path("questionnaires/<slug:name>/", views.ask, name="ask"),
    path("course/", views.course, name="course"),
    path("course/note/", views.note, name="note"),
    path("course/compare/", views.compare, name="compare"),
    path("people/<uuid:person>/course/", views.person_course, name="person"),
]
