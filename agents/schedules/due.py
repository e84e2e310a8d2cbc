"""Which schedules have something to do: asked about all users' at once.

The app's role sees only the acting user's rows, so the question is a function of the owner's that gives away
nothing but ids.
"""

DUE_SQL = """
CREATE FUNCTION schedules_due(at timestamptz)
RETURNS TABLE (user_id bigint, schedule_id bigint) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS
$$
  SELECT schedule.user_id::bigint, schedule.id FROM agents_schedule AS schedule WHERE schedule.next_fire_at <= at
  UNION
  SELECT fire.user_id::bigint, fire.schedule_id FROM agents_schedulefire AS fire WHERE fire.state = 'waiting';
$$;
"""
