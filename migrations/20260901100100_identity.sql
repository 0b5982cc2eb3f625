-- Who is who: leads, their identifiers, and what was accepted already.

-- migrate:up

CREATE SEQUENCE lead_ids;
COMMENT ON SEQUENCE lead_ids IS 'Lead ids in order of creation; ids of batches that were rolled back stay unused.';

CREATE TABLE leads (
  lead_id     bigint      PRIMARY KEY,
  version     bigint      NOT NULL,
  merged_into bigint,
  created_at  timestamptz NOT NULL,
  erased      boolean     NOT NULL DEFAULT false,
  founding_id text        NOT NULL,
  personal    bytea       NOT NULL
) WITH (fillfactor = 80, toast_tuple_target = 8160);
ALTER TABLE leads ALTER COLUMN personal SET STORAGE EXTERNAL;
-- All that was merged into a lead, for explanations and erasures.
CREATE INDEX leads_merged_into ON leads (merged_into) WHERE merged_into IS NOT NULL;

COMMENT ON TABLE leads IS 'People and companies under observation.';
COMMENT ON COLUMN leads.version IS 'Raised by every change; writers must have seen the one that they replace.';
COMMENT ON COLUMN leads.merged_into IS 'The lead that took this one in; follow with lead_survivor().';
COMMENT ON COLUMN leads.created_at IS 'Log time of the event that made the lead.';
COMMENT ON COLUMN leads.erased IS 'Forgotten for good: whatever comes late for it is dropped.';
COMMENT ON COLUMN leads.founding_id IS 'Keyed hash of the message id that made the lead.';
COMMENT ON COLUMN leads.personal IS 'Identifiers and traits (binary, versioned).';

CREATE TABLE identifiers (
  hash    uuid   PRIMARY KEY,
  lead_id bigint NOT NULL
) WITH (fillfactor = 90);

COMMENT ON TABLE identifiers IS 'Which lead an identifier belongs to.';
COMMENT ON COLUMN identifiers.hash IS 'Keyed 128-bit hash of the identifier.';

CREATE TABLE retractions (
  message uuid PRIMARY KEY
);
COMMENT ON TABLE retractions IS 'Message ids (keyed hashes) that were taken back, whether or not they have come.';

CREATE TABLE erp_documents (
  document  uuid    PRIMARY KEY,
  version   bigint  NOT NULL,
  cancelled boolean NOT NULL
) WITH (fillfactor = 80);
COMMENT ON TABLE erp_documents IS 'Last accepted version of each ERP document.';
COMMENT ON COLUMN erp_documents.document IS 'Keyed hash of source, customer, kind and id.';

-- Accepted message ids, append-only: the open segment in rows per batch, closed ones sorted in one value each, of which
-- only slices are read (uncompressed, so that substring() fetches just these).
CREATE TABLE message_ids (
  lane     integer NOT NULL,
  batch_no bigint  NOT NULL,
  packed   bytea   NOT NULL,
  PRIMARY KEY (lane, batch_no)
) WITH (autovacuum_vacuum_threshold = 500, autovacuum_vacuum_scale_factor = 0);
ALTER TABLE message_ids ALTER COLUMN packed SET STORAGE EXTERNAL;
COMMENT ON TABLE message_ids IS 'Message ids that a lane of identity has accepted since its last closed segment, by batch.';
COMMENT ON COLUMN message_ids.packed IS '16 bytes per id.';

CREATE TABLE message_id_segments (
  lane    integer     NOT NULL,
  number  bigint      NOT NULL,
  last_at timestamptz NOT NULL,
  count   bigint      NOT NULL,
  filter  bytea       NOT NULL,
  ids     bytea       NOT NULL,
  PRIMARY KEY (lane, number)
);
ALTER TABLE message_id_segments ALTER COLUMN filter SET STORAGE EXTERNAL, ALTER COLUMN ids SET STORAGE EXTERNAL;
COMMENT ON TABLE message_id_segments IS 'Closed segments of accepted message ids.';
COMMENT ON COLUMN message_id_segments.last_at IS 'Log time of the youngest id; segments older than 35 days are dropped.';
COMMENT ON COLUMN message_id_segments.filter IS 'Bloom filter over the ids.';
COMMENT ON COLUMN message_id_segments.ids IS 'Sorted, 16 bytes each.';

CREATE FUNCTION lead_survivor(bigint) RETURNS bigint LANGUAGE sql STABLE STRICT PARALLEL SAFE AS $$
  WITH RECURSIVE chain AS (
    SELECT lead_id, merged_into FROM leads WHERE lead_id = $1
    UNION ALL
    SELECT l.lead_id, l.merged_into FROM leads l JOIN chain c ON l.lead_id = c.merged_into
  )
  SELECT lead_id FROM chain WHERE merged_into IS NULL
$$;
COMMENT ON FUNCTION lead_survivor(bigint) IS 'The lead that a lead is today, all merges followed; NULL: no such lead.';

CREATE FUNCTION lead_family(bigint) RETURNS SETOF bigint LANGUAGE sql STABLE STRICT PARALLEL SAFE AS $$
  WITH RECURSIVE family AS (
    SELECT lead_survivor($1) AS lead_id
    UNION ALL
    SELECT l.lead_id FROM leads l JOIN family f ON l.merged_into = f.lead_id
  )
  SELECT lead_id FROM family WHERE lead_id IS NOT NULL
$$;
COMMENT ON FUNCTION lead_family(bigint) IS 'The lead that a lead is today and all that were merged into it.';

-- migrate:down
DROP FUNCTION lead_family(bigint);
DROP FUNCTION lead_survivor(bigint);
DROP TABLE message_id_segments;
DROP TABLE message_ids;
DROP TABLE erp_documents;
DROP TABLE retractions;
DROP TABLE identifiers;
DROP TABLE leads;
DROP SEQUENCE lead_ids;
