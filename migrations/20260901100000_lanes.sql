-- Lanes, what they have derived and not yet published, and what they had to refuse.

-- migrate:up

-- Every batch rewrites its lanes' rows: free space beside each row and no further index keep all updates HOT.
CREATE TABLE lanes (
  consumer         text        NOT NULL,
  lane             integer     NOT NULL CHECK (lane >= 0),
  epoch            bigint      NOT NULL DEFAULT 0,
  batch_no         bigint      NOT NULL DEFAULT 0,
  acked_batch      bigint      NOT NULL DEFAULT 0,
  state            bytea       NOT NULL DEFAULT '',
  next_offsets     bigint[]    NOT NULL DEFAULT '{}',
  now_at           timestamptz NOT NULL DEFAULT '-infinity',
  live_from        bigint      NOT NULL DEFAULT 0,
  rulebook_version bigint      NOT NULL DEFAULT 0,
  owner_pid        integer,
  owner_start      timestamptz,
  owner_name       text,
  taken_at         timestamptz,
  moved_at         timestamptz,
  halted           text        NOT NULL DEFAULT '',
  PRIMARY KEY (consumer, lane)
) WITH (fillfactor = 20, toast_tuple_target = 8160, autovacuum_vacuum_threshold = 200, autovacuum_vacuum_scale_factor = 0);
ALTER TABLE lanes ALTER COLUMN state SET STORAGE EXTERNAL;

COMMENT ON TABLE lanes IS 'One row per consumer and partition number: how far it has come, and who may write for it.';
COMMENT ON COLUMN lanes.epoch IS 'Raised by every take-over; a batch of an older epoch changes nothing.';
COMMENT ON COLUMN lanes.batch_no IS 'Number of the last committed batch.';
COMMENT ON COLUMN lanes.acked_batch IS 'Derived records up to this batch are in Kafka.';
COMMENT ON COLUMN lanes.state IS 'The whole lane state (binary, versioned); the readable columns repeat parts of it.';
COMMENT ON COLUMN lanes.next_offsets IS 'Next offset per input topic, in the order of the consumer''s inputs.';
COMMENT ON COLUMN lanes.now_at IS 'Largest log time handled so far.';
COMMENT ON COLUMN lanes.live_from IS 'Decisions on records before this offset of the first input are replay.';
COMMENT ON COLUMN lanes.rulebook_version IS 'The rule book that decides, 0: none.';
COMMENT ON COLUMN lanes.owner_pid IS 'PostgreSQL backend of the owner; with owner_start it names one connection.';
COMMENT ON COLUMN lanes.owner_start IS 'Start of that backend.';
COMMENT ON COLUMN lanes.owner_name IS 'Host and process of the owner.';
COMMENT ON COLUMN lanes.taken_at IS 'When the owner took the lane.';
COMMENT ON COLUMN lanes.moved_at IS 'When the last batch was committed.';
COMMENT ON COLUMN lanes.halted IS 'Why the lane stands still; empty: it does not.';

CREATE TABLE outbox (
  consumer text    NOT NULL,
  lane     integer NOT NULL,
  batch_no bigint  NOT NULL,
  records  bytea   NOT NULL,
  PRIMARY KEY (consumer, lane, batch_no)
) WITH (autovacuum_vacuum_threshold = 500, autovacuum_vacuum_scale_factor = 0);
-- Compressed by us: PostgreSQL need not try again.
ALTER TABLE outbox ALTER COLUMN records SET STORAGE EXTERNAL;

COMMENT ON TABLE outbox IS 'Derived records between commit and the broker''s acknowledgement, one row per lane and batch.';
COMMENT ON COLUMN outbox.records IS 'First byte: form (1 = zstd); then the encoded records.';

CREATE TABLE dead_letters (
  consumer   text        NOT NULL,
  topic      text        NOT NULL,
  partition  integer     NOT NULL,
  "offset"   bigint      NOT NULL,
  code       text        NOT NULL,
  message    text        NOT NULL,
  place      text        NOT NULL,
  log_time   timestamptz NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  attempts   integer     NOT NULL DEFAULT 0,
  key        bytea       NOT NULL,
  raw        bytea       NOT NULL,
  PRIMARY KEY (consumer, topic, partition, "offset")
);

COMMENT ON TABLE dead_letters IS 'Inputs that never work, as they stood in their topic.';
COMMENT ON COLUMN dead_letters.code IS 'One fixed word per kind of refusal.';
COMMENT ON COLUMN dead_letters.message IS 'What is wrong, for people; quotes no values.';
COMMENT ON COLUMN dead_letters.place IS 'Where in the input: JSON pointer or empty.';
COMMENT ON COLUMN dead_letters.attempts IS 'How often it was sent again by "scoreline dlq retry".';
COMMENT ON COLUMN dead_letters.raw IS 'The record''s value; may hold personal data.';

-- migrate:down
DROP TABLE dead_letters;
DROP TABLE outbox;
DROP TABLE lanes;
