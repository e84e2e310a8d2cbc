"""Which turns need somebody: the one question that is asked about all users' turns at once.

The app's role sees only the acting user's rows, so the question is a function of the owner's that gives away nothing
but ids. Queued turns that nobody claimed are marked, so that they are not sent again while a worker is on its way;
of running ones the worker is silent.
"""

WAKE_SQL = """
CREATE FUNCTION chat_turns_to_wake(queued_seconds double precision, stale_seconds double precision)
RETURNS TABLE (user_id bigint, turn_id bigint, state varchar) LANGUAGE sql SECURITY DEFINER SET search_path = public AS
$$
  UPDATE chat_turn SET woken_at = clock_timestamp()
  WHERE id IN (
    SELECT id FROM chat_turn
    WHERE state IN ('queued', 'running') AND (
      (state = 'queued' AND woken_at + make_interval(secs => queued_seconds) < clock_timestamp())
      OR (state = 'running' AND heartbeat_at + make_interval(secs => stale_seconds) < clock_timestamp())
    )
    FOR UPDATE SKIP LOCKED
  )
  RETURNING chat_turn.user_id::bigint, chat_turn.id, chat_turn.state;
$$;
"""
FORGET_SQL = "DROP FUNCTION IF EXISTS chat_turns_to_wake(double precision, double precision);"
