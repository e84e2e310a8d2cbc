"""Which downloads wait for a worker: asked about all users' downloads at once.

The app's role sees only the acting user's rows, so the question is a function of the owner's that gives away
nothing but ids.
"""

WAITING_SQL = """
CREATE FUNCTION downloads_waiting()
RETURNS TABLE (user_id bigint, download_id bigint) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS
$$
  SELECT download.user_id::bigint, download.id FROM market_download AS download
  WHERE download.state IN ('queued', 'running')
    AND (download.held_until IS NULL OR download.held_until < now())
    AND (download.retry_at IS NULL OR download.retry_at <= now())
  ORDER BY download.id LIMIT 200;
$$;
"""
