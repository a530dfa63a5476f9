"""Pictures say what they show; listings that nobody ever ordered can go, others are archived."""

from django.db import migrations, models

_STATES = ("draft", "active", "paused", "blocked", "archived")
# Movements stay for ever, but for those of goods that were never reserved, whose listing is being removed.
_FUNCTION = """
CREATE FUNCTION catalog_refuse_movement_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' AND NOT EXISTS (
    SELECT FROM catalog_stockmovement m WHERE m.sku_id = OLD.sku_id AND m.kind <> 'set'
  ) AND EXISTS (
    SELECT FROM catalog_sku k JOIN catalog_listing l ON l.id = k.listing_id
    WHERE k.id = OLD.sku_id AND l.state = 'archived'
  ) THEN
    RETURN OLD;
  END IF;
  RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;
"""


def _guarded_by(function: str) -> str:
    return f"""
    DROP TRIGGER catalog_stockmovement_append_only ON catalog_stockmovement;
    CREATE TRIGGER catalog_stockmovement_append_only BEFORE UPDATE OR DELETE ON catalog_stockmovement
      FOR EACH ROW EXECUTE FUNCTION {function}();
    """


class Migration(migrations.Migration):
    dependencies = [("catalog", "0003_progress_of_feeds")]

    operations = [
        migrations.AddField("picture", "alt", models.TextField(db_default="", default="")),
        migrations.RemoveConstraint("listing", "catalog_listing_state"),
        migrations.AddConstraint(
            "listing",
            models.CheckConstraint(condition=models.Q(state__in=_STATES), name="catalog_listing_state"),
        ),
        migrations.RunSQL(_FUNCTION, "DROP FUNCTION catalog_refuse_movement_change()"),
        migrations.RunSQL(_guarded_by("catalog_refuse_movement_change"), _guarded_by("kernel_refuse_change")),
    ]
