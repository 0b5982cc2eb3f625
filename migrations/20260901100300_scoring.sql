-- One row per lead for the scoring consumer; other lead consumers get tables of the same shape.

-- migrate:up

-- The index holds only what rarely changes, and pages keep room: the updates of ordinary batches are HOT.
CREATE TABLE scoring_leads (
  lead_id    bigint  PRIMARY KEY,
  forward_to bigint,
  lane       integer NOT NULL,
  wake_on    date,
  erased     boolean NOT NULL,
  holding    boolean NOT NULL,
  state      bytea   NOT NULL,
  personal   bytea   NOT NULL,
  flow       bytea   NOT NULL
) WITH (fillfactor = 60, toast_tuple_target = 8160);
ALTER TABLE scoring_leads ALTER COLUMN state SET STORAGE EXTERNAL, ALTER COLUMN personal SET STORAGE EXTERNAL,
  ALTER COLUMN flow SET STORAGE EXTERNAL;
CREATE INDEX scoring_leads_wake ON scoring_leads (lane, wake_on, lead_id) WHERE wake_on IS NOT NULL;

COMMENT ON TABLE scoring_leads IS 'What scoring keeps of each lead.';
COMMENT ON COLUMN scoring_leads.forward_to IS 'Merged away: late records go to this lead.';
COMMENT ON COLUMN scoring_leads.lane IS 'The only lane that may write the row.';
COMMENT ON COLUMN scoring_leads.wake_on IS 'Never later than the first day on which something may change by time alone.';
COMMENT ON COLUMN scoring_leads.erased IS 'Late records are dropped.';
COMMENT ON COLUMN scoring_leads.holding IS 'Records of it wait in scoring_held for a merge.';
COMMENT ON COLUMN scoring_leads.state IS 'Tallies, tier and intents (binary, versioned); "scoreline explain" shows them.';
COMMENT ON COLUMN scoring_leads.personal IS 'Traits (binary, versioned).';
COMMENT ON COLUMN scoring_leads.flow IS 'Merges under way (binary).';

CREATE TABLE scoring_held (
  lead_id  bigint      NOT NULL,
  "offset" bigint      NOT NULL,
  n        integer     NOT NULL,
  log_time timestamptz NOT NULL,
  value    bytea       NOT NULL,
  PRIMARY KEY (lead_id, "offset", n)
);
COMMENT ON TABLE scoring_held IS 'Records of leads that wait for what a merged lead hands over.';
COMMENT ON COLUMN scoring_held."offset" IS 'Place in lead.activities, which is the order.';

-- migrate:down
DROP TABLE scoring_held;
DROP TABLE scoring_leads;
