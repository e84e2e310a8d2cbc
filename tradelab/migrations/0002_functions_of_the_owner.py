from django.db import migrations

# A function that works as the tables' owner must find the owner's tables: without pg_temp at the end of its path, a
# temporary view of the caller's would stand before them. And nobody but the roles that serve users may call it.
PIN_FUNCTIONS_SQL = """
DO $$
DECLARE named regprocedure;
BEGIN
  FOR named IN SELECT oid FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace LOOP
    EXECUTE format('ALTER FUNCTION %s SET search_path = public, pg_temp', named);
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', named);
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO tl_app', named);
  END LOOP;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("tradelab", "0001_audit_samples"),
        ("agents", "0008_index_of_newest_fires"),
        ("chat", "0001_conversations"),
        ("market", "0006_quote_downloads"),
        ("profiles", "0006_words_of_an_analyst"),
        ("runs", "0010_steps_outside_indexes"),
    ]

    operations = [migrations.RunSQL(PIN_FUNCTIONS_SQL, migrations.RunSQL.noop)]
