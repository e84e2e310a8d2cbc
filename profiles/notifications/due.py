"""Which deliveries are due: a question about all users at once, so a function of the tables' owner answers with ids only.

It marks what it returns, so that a delivery is not sent for again while a worker is on its way.
"""

DUE_SQL = """
CREATE FUNCTION deliveries_due(grace_seconds double precision, most integer)
RETURNS TABLE (user_id bigint, delivery_id bigint)
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS
$$
  UPDATE profiles_delivery SET woken_at = clock_timestamp()
  WHERE id IN (
    SELECT id FROM profiles_delivery
    WHERE state = 'waiting' AND next_attempt_at <= clock_timestamp()
      AND woken_at + make_interval(secs => grace_seconds) < clock_timestamp()
    ORDER BY next_attempt_at LIMIT most
    FOR UPDATE SKIP LOCKED
  )
  RETURNING profiles_delivery.user_id::bigint, profiles_delivery.id;
$$;
REVOKE ALL ON FUNCTION deliveries_due(double precision, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION deliveries_due(double precision, integer) TO tl_app;
"""
