"""The addresses of the ring; each views module brings its own."""

from samen.rights.views import findings, person, proofs, register, six_rights, staff

app_name = "rights"
urlpatterns = [
    *person.URLS,
    *findings.URLS,
    *six_rights.URLS,
    *proofs.URLS,
    *register.URLS,
    *staff.URLS,
]
