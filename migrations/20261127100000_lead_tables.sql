-- One row per lead for every other consumer of lead.activities, lead.changes and lead.firings: shaped as scoring's.

-- migrate:up

DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['customers', 'intent', 'stages', 'triggers', 'sequences'] LOOP
    -- LIKE copies columns and their storage, but neither names of indexes nor what stands behind WITH.
    EXECUTE format('CREATE TABLE %I (LIKE scoring_leads INCLUDING STORAGE INCLUDING COMMENTS, PRIMARY KEY (lead_id))'
                   ' WITH (fillfactor = 60, toast_tuple_target = 8160)', name || '_leads');
    EXECUTE format('CREATE INDEX %I ON %I (lane, wake_on, lead_id) WHERE wake_on IS NOT NULL',
                   name || '_leads_wake', name || '_leads');
    EXECUTE format('COMMENT ON TABLE %I IS %L', name || '_leads', 'What ' || name || ' keeps of each lead.');
    EXECUTE format('COMMENT ON COLUMN %I.personal IS %L', name || '_leads', 'What is personal of it (binary, versioned).');
    EXECUTE format('COMMENT ON COLUMN %I.holding IS %L', name || '_leads',
                   'Records of it wait in ' || name || '_held for a merge.');
    -- These two read what stages passes on, in order: they never wait for a merge.
    IF name IN ('triggers', 'sequences') THEN
      EXECUTE format('COMMENT ON COLUMN %I.holding IS %L', name || '_leads', 'Always false: nothing waits here.');
      CONTINUE;
    END IF;
    EXECUTE format('CREATE TABLE %I (LIKE scoring_held INCLUDING STORAGE INCLUDING COMMENTS,'
                   ' PRIMARY KEY (lead_id, "offset", n))', name || '_held');
    EXECUTE format('COMMENT ON TABLE %I IS %L', name || '_held',
                   'Records of leads that wait for what a merged lead hands over.');
  END LOOP;
END
$$;

COMMENT ON COLUMN customers_leads.state IS 'ERP documents and figures (binary, versioned).';
COMMENT ON COLUMN intent_leads.state IS 'Tallies of signals and levels (binary, versioned).';
COMMENT ON COLUMN stages_leads.state IS 'What conditions ask for, and deals (binary, versioned); deals are in table deals, too.';
COMMENT ON COLUMN triggers_leads.state IS 'When each trigger last fired (binary, versioned).';
COMMENT ON COLUMN sequences_leads.state IS 'Enrolments (binary, versioned); they are in table enrolments, too.';

-- migrate:down
DROP TABLE sequences_leads;
DROP TABLE triggers_leads;
DROP TABLE stages_held, stages_leads;
DROP TABLE intent_held, intent_leads;
DROP TABLE customers_held, customers_leads;
