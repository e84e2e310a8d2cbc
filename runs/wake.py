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
# Also runs that paused until a moment that has come, and with each its decider, which says whose queue it belongs to.
WAKE_PAUSED_SQL = """
DROP FUNCTION IF EXISTS runs_to_wake(double precision);
CREATE FUNCTION runs_to_wake(grace_seconds double precision)
RETURNS TABLE (user_id bigint, run_id bigint, decider varchar) LANGUAGE sql SECURITY DEFINER SET search_path = public AS
$$
  UPDATE runs_run SET woken_at = clock_timestamp()
  WHERE id IN (
    SELECT id FROM runs_run
    WHERE deleted_at IS NULL AND (
      (state IN ('queued', 'running')
        AND coalesce(lease_expires_at, woken_at + make_interval(secs => grace_seconds)) < clock_timestamp()
        AND woken_at + make_interval(secs => grace_seconds) < clock_timestamp())
      OR (state = 'paused' AND resume_at < clock_timestamp()
        AND greatest(resume_at, woken_at + make_interval(secs => grace_seconds)) < clock_timestamp())
    )
    FOR UPDATE SKIP LOCKED
  )
  RETURNING runs_run.user_id::bigint, runs_run.id, runs_run.decider;
$$;
"""
# Also live runs that wanted to be woken at a moment of the market's clock; whoever is sent for forgets that moment, so that
# one whose message is lost is sent for again like any other.
WAKE_LIVE_SQL = """
DROP FUNCTION IF EXISTS runs_to_wake(double precision);
CREATE FUNCTION runs_to_wake(grace_seconds double precision, market_now timestamptz DEFAULT clock_timestamp())
RETURNS TABLE (user_id bigint, run_id bigint, decider varchar) LANGUAGE sql SECURITY DEFINER SET search_path = public AS
$$
  UPDATE runs_run SET woken_at = clock_timestamp(), wake_at = NULL
  WHERE id IN (
    SELECT id FROM runs_run
    WHERE deleted_at IS NULL AND (
      (state IN ('queued', 'running') AND wake_at IS NULL
        AND coalesce(lease_expires_at, woken_at + make_interval(secs => grace_seconds)) < clock_timestamp()
        AND woken_at + make_interval(secs => grace_seconds) < clock_timestamp())
      OR (state = 'running' AND lease_expires_at IS NULL AND wake_at <= market_now)
      OR (state = 'paused' AND resume_at < clock_timestamp()
        AND greatest(resume_at, woken_at + make_interval(secs => grace_seconds)) < clock_timestamp())
    )
    FOR UPDATE SKIP LOCKED
  )
  RETURNING runs_run.user_id::bigint, runs_run.id, runs_run.decider;
$$;
"""
UNWAKE_LIVE_SQL = f"DROP FUNCTION IF EXISTS runs_to_wake(double precision, timestamptz); {WAKE_PAUSED_SQL}"
