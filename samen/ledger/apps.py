from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "samen.ledger"
    label = "ledger"
