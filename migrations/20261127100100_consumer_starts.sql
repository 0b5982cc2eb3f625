-- Which consumers' first batches are replay: what was decided for others' eyes must not be decided for their hands again.

-- migrate:up

CREATE TABLE consumer_starts (
  consumer text    PRIMARY KEY,
  replays  boolean NOT NULL
);
COMMENT ON TABLE consumer_starts IS
  'How each consumer begins on a lane that no batch of its has moved yet. A consumer that is not here replays.';
COMMENT ON COLUMN consumer_starts.replays IS
  'True: decisions on what is in the log by then are replay and have no effect outside. False (a new installation): nothing is.';

-- In a new installation nobody has decided anything, so everything counts, whichever consumer comes first. Where others
-- are at work already, a consumer that comes later meets a past that was lived without it.
INSERT INTO consumer_starts (consumer, replays)
  SELECT consumer, EXISTS (SELECT FROM lanes WHERE batch_no > 0)
                   AND NOT EXISTS (SELECT FROM lanes l WHERE l.consumer = c.consumer AND l.batch_no > 0)
    FROM unnest(ARRAY['identity', 'customers', 'scoring', 'intent', 'stages', 'triggers', 'sequences']) AS c(consumer);

-- Whoever takes lane rows away lets that consumer decide its past once more.
CREATE FUNCTION lanes_note_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE consumer_starts SET replays = true WHERE NOT replays AND consumer IN (SELECT consumer FROM gone);
  RETURN NULL;
END
$$;
COMMENT ON FUNCTION lanes_note_deleted() IS 'Trigger on lanes: consumers whose rows are deleted replay.';
CREATE TRIGGER lanes_deleted AFTER DELETE ON lanes REFERENCING OLD TABLE AS gone
  FOR EACH STATEMENT EXECUTE FUNCTION lanes_note_deleted();

CREATE FUNCTION lanes_note_truncated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE consumer_starts SET replays = true WHERE NOT replays;
  RETURN NULL;
END
$$;
COMMENT ON FUNCTION lanes_note_truncated() IS 'Trigger on lanes: all consumers replay.';
CREATE TRIGGER lanes_truncated AFTER TRUNCATE ON lanes
  FOR EACH STATEMENT EXECUTE FUNCTION lanes_note_truncated();

-- migrate:down
DROP TRIGGER lanes_truncated ON lanes;
DROP TRIGGER lanes_deleted ON lanes;
DROP FUNCTION lanes_note_truncated();
DROP FUNCTION lanes_note_deleted();
DROP TABLE consumer_starts;
