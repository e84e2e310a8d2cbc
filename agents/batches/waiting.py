"""Which batches have runs that were not started: asked about all users' batches at once.

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
