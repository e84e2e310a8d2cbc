"""Keep the long columns of a curve as they are: to compress prices takes far longer than to write them."""

from django.db import migrations

COLUMNS = ("at", "equity", "benchmark")


def storage(kind: str) -> str:
    changes = ", ".join(f'ALTER COLUMN "{column}" SET STORAGE {kind}' for column in COLUMNS)
    return f"ALTER TABLE broker_equitysegment {changes}"


class Migration(migrations.Migration):
    dependencies = [("broker", "0002_order_terms_and_notes")]

    operations = [migrations.RunSQL(storage("EXTERNAL"), storage("EXTENDED"))]
