"""Which runs nobody advances: the one question that is asked about all users' runs at once.

The app's role sees only the acting user's rows, so the question is a function of the owner's that gives away
nothing but ids. It marks what it returns, so that a run is not sent again while a worker is on its way.
"""

WAKE_SQL = """
CREATE OR REPLACE FUNCTION runs_to_wake(grace_seconds double precision)
RETURNS TABLE (user_id bigint, run_id bigint) LANGUAGE sql SECURITY DEFINER SET search_path = public AS
$$
  UPDATE runs_run SET woken_at = clock_timestamp()
  WHERE id IN (
    SELECT id FROM runs_run
    WHERE state IN ('queued', 'running') AND deleted_at IS NULL
      AND coalesce(lease_expires_at, woken_at + make_interval(secs => grace_seconds)) < clock_timestamp()
      AND woken_at + make_interval(secs => grace_seconds) < clock_timestamp()
    FOR UPDATE SKIP LOCKED
  )
  RETURNING runs_run.user_id::bigint, runs_run.id;
$$;
"""
