"""What the plain engine asks of the database: vectors joined by an aggregate, a query in any of several dictionaries."""

from django.db import migrations

_FUNCTIONS = """
CREATE AGGREGATE search_concat(tsvector) (SFUNC = tsvector_concat, STYPE = tsvector, INITCOND = '');

CREATE FUNCTION search_union(configs text[], texts text[]) RETURNS tsquery LANGUAGE plpgsql STABLE AS $$
DECLARE
  joined tsquery := ''::tsquery;
  one tsquery;
  seen tsquery[] := '{}';
BEGIN
  FOR i IN 1 .. cardinality(configs) LOOP
    CONTINUE WHEN texts[i] = '';
    one := to_tsquery(configs[i]::regconfig, texts[i]);
    IF numnode(one) > 0 AND NOT one = ANY(seen) THEN
      seen := seen || one;
      joined := CASE WHEN numnode(joined) = 0 THEN one ELSE joined || one END;
    END IF;
  END LOOP;
  RETURN joined;
END
$$;

-- A query that holds where one of the wanted texts does in its dictionary and none of the unwanted ones does. A text of
-- nothing but stop words asks nothing.
CREATE FUNCTION search_any(configs text[], wanted text[], unwanted text[]) RETURNS tsquery LANGUAGE plpgsql STABLE AS $$
DECLARE
  asked tsquery := search_union(configs, wanted);
  refused tsquery := search_union(configs, unwanted);
BEGIN
  IF numnode(refused) = 0 THEN
    RETURN asked;
  END IF;
  RETURN CASE WHEN numnode(asked) = 0 THEN !!refused ELSE asked && !!refused END;
END
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("search", "0001_initial")]

    operations = [
        migrations.RunSQL(
            _FUNCTIONS,
            "DROP FUNCTION search_any(text[], text[], text[]);"
            "DROP FUNCTION search_union(text[], text[]);"
            "DROP AGGREGATE search_concat(tsvector);",
        )
    ]
