-- What happened, for looking up: retractions, explanations, timelines. Append-only parts; the open one has no index, so
-- that appending costs the same at any size, and gets its indexes when the next one is opened.

-- migrate:up

CREATE TABLE activities (
  lead_id  bigint      NOT NULL,
  log_time timestamptz NOT NULL,
  at       timestamptz NOT NULL,
  message  uuid        NOT NULL,
  part     integer     NOT NULL,
  counted  boolean     NOT NULL,
  name     text        NOT NULL,
  source   text        NOT NULL,
  record   bytea       NOT NULL
) PARTITION BY LIST (part);

COMMENT ON TABLE activities IS 'Every accepted activity, as it was accepted. Of one lead: WHERE lead_id IN (SELECT lead_family(42)).';
COMMENT ON COLUMN activities.lead_id IS 'The lead at acceptance; follow merges with lead_survivor().';
COMMENT ON COLUMN activities.log_time IS 'When it entered the log.';
COMMENT ON COLUMN activities.at IS 'When it happened.';
COMMENT ON COLUMN activities.message IS 'Keyed hash of its message id.';
COMMENT ON COLUMN activities.part IS 'The part that holds the row; grows with time.';
COMMENT ON COLUMN activities.counted IS 'False: a machine''s, or retracted before it came.';
COMMENT ON COLUMN activities.record IS 'The record of lead.activities (JSON).';

CREATE TABLE activity_parts (
  part       integer     PRIMARY KEY,
  opened_at  timestamptz NOT NULL DEFAULT now(),
  indexed_at timestamptz
);
COMMENT ON TABLE activity_parts IS 'Parts of activities; the one with the largest number is open.';
COMMENT ON COLUMN activity_parts.indexed_at IS 'When its indexes were built, NULL: not yet.';

CREATE FUNCTION activities_part_name(integer) RETURNS text LANGUAGE sql IMMUTABLE STRICT AS $$
  SELECT 'activities_' || lpad($1::text, 6, '0')
$$;

-- Made beside the parent and attached: PARTITION OF would lock out all readers and writers.
CREATE FUNCTION activities_open_part() RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  number integer;
BEGIN
  LOCK TABLE activity_parts IN SHARE ROW EXCLUSIVE MODE;
  SELECT coalesce(max(part), 0) + 1 INTO number FROM activity_parts;
  EXECUTE format('CREATE TABLE %I (LIKE activities INCLUDING COMMENTS, CHECK (part = %s))', activities_part_name(number), number);
  EXECUTE format('ALTER TABLE activities ATTACH PARTITION %I FOR VALUES IN (%s)', activities_part_name(number), number);
  INSERT INTO activity_parts (part) VALUES (number);
  RETURN number;
END
$$;
COMMENT ON FUNCTION activities_open_part() IS 'Opens the next part and returns its number; the former one is closed by that.';

-- One step of the upkeep; to be called again until it returns ''. Who comes second does nothing.
CREATE FUNCTION activities_maintain(rows_max bigint, bytes_max bigint) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  number integer;
  name   text;
BEGIN
  IF NOT pg_try_advisory_xact_lock(7235419286437711874) THEN RETURN ''; END IF;
  SELECT p.part INTO number FROM activity_parts p
    WHERE p.indexed_at IS NULL AND p.part < (SELECT max(part) FROM activity_parts) ORDER BY p.part LIMIT 1;
  IF FOUND THEN
    name := activities_part_name(number);
    EXECUTE format('CREATE INDEX IF NOT EXISTS %I ON %I (lead_id)', name || '_lead', name);
    EXECUTE format('CREATE INDEX IF NOT EXISTS %I ON %I (message)', name || '_message', name);
    UPDATE activity_parts SET indexed_at = now() WHERE part = number;
    RETURN 'indexed part ' || number;
  END IF;
  SELECT max(part) INTO number FROM activity_parts;
  name := activities_part_name(number);
  IF pg_stat_get_tuples_inserted(name::regclass) >= rows_max OR pg_relation_size(name::regclass) >= bytes_max THEN
    RETURN 'opened part ' || activities_open_part();
  END IF;
  RETURN '';
END
$$;
COMMENT ON FUNCTION activities_maintain(bigint, bigint) IS
  'Opens the next part when the open one has that many rows or bytes, or indexes one closed part; returns what it did.';

SELECT activities_open_part();

-- migrate:down
DROP FUNCTION activities_maintain(bigint, bigint);
DROP FUNCTION activities_open_part();
DROP FUNCTION activities_part_name(integer);
DROP TABLE activity_parts;
DROP TABLE activities;
