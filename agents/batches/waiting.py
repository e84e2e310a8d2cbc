"""Which batches have something to do: asked about all users' batches at once.

The app's role sees only the acting user's rows, so the question is a function of the owner's that gives away
nothing but ids.
"""

WAITING_SQL = """
CREATE FUNCTION batches_waiting()
RETURNS TABLE (user_id bigint, batch_id bigint) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS
$$
  SELECT batch.user_id::bigint, batch.id FROM agents_batch AS batch
  WHERE batch.stopped_at IS NULL AND EXISTS (
    SELECT 1 FROM agents_batchitem AS item
    WHERE item.batch_id = batch.id AND item.run_id IS NULL AND item.problem = ''
  );
$$;
"""

# A batch whose last run has ended has to be closed, also if whoever ended that run died before he said so.
GOING_SQL = """
CREATE OR REPLACE FUNCTION batches_waiting()
RETURNS TABLE (user_id bigint, batch_id bigint) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS
$$
  SELECT batch.user_id::bigint, batch.id FROM agents_batch AS batch
  WHERE batch.stopped_at IS NULL AND batch.ended_at IS NULL AND (
    EXISTS (
      SELECT 1 FROM agents_batchitem AS item
      WHERE item.batch_id = batch.id AND item.run_id IS NULL AND item.problem = ''
    ) OR NOT EXISTS (
      SELECT 1 FROM agents_batchitem AS item JOIN runs_run AS run ON run.id = item.run_id
      WHERE item.batch_id = batch.id AND run.state IN ('queued', 'running', 'paused')
    )
  );
$$;
"""
