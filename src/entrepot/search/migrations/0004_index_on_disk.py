"""The index lies in a folder of each machine; the database keeps nothing of it."""

from __future__ import annotations

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("search", "0003_restricted")]

    operations = [
        migrations.RunSQL(
            "DROP FUNCTION search_any(text[], text[], text[]);"
            "DROP FUNCTION search_union(text[], text[]);"
            "DROP AGGREGATE search_concat(tsvector);",
            migrations.RunSQL.noop,
        ),
        migrations.DeleteModel("RestrictedListing"),
        migrations.DeleteModel("Document"),
    ]
