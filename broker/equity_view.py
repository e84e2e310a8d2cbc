"""The view that shows equity segments step by step."""

EQUITY_POINT_SQL = """
CREATE VIEW broker_equitypoint WITH (security_invoker = true) AS
SELECT (segment.run_id << 32) + point.step AS id, segment.user_id, segment.run_id, point.*
FROM broker_equitysegment AS segment, LATERAL (
  SELECT
    (segment.first_step + ordinality - 1)::integer AS step,
    to_timestamp(at) AS at,
    equity * 1e-8 AS equity,
    cash * 1e-8 AS cash,
    (equity - cash + short_value) * 1e-8 AS long_value,
    short_value * 1e-8 AS short_value,
    round(1 - equity / greatest(segment.peak_before, max(equity) OVER (ORDER BY ordinality))::numeric, 10) AS drawdown,
    benchmark * 1e-8 AS benchmark_equity
  FROM unnest(segment.at, segment.equity, segment.cash, segment.short_value, segment.benchmark)
    WITH ORDINALITY AS columns (at, equity, cash, short_value, benchmark, ordinality)
) AS point
"""
