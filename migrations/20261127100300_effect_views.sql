-- For analysts and operators: deals, firings, actions and mails in readable form. Rows follow merges as soon as their
-- consumer has handled them; lead_id is the lead of today all the same.

-- migrate:up

CREATE VIEW deal_overview AS
  SELECT lead_survivor(lead_id) AS lead_id, pipeline, stage, open, created_at, moved_at, id AS deal
    FROM deals WHERE NOT merged;
COMMENT ON VIEW deal_overview IS 'Deals as they stand, without those that gave way to another one in a merge.';

CREATE VIEW firing_log AS
  SELECT lead_survivor(lead_id) AS lead_id, at, trigger, occasion_text AS occasion,
         CASE WHEN suppressed = '' THEN 'fired' ELSE 'suppressed' END AS outcome, nullif(suppressed, '') AS reason,
         retracted, rulebook, change_offset, n, key AS firing, cause_key
    FROM firings;
COMMENT ON VIEW firing_log IS 'What triggers fired, or why they did not. In order: ORDER BY at, change_offset, n.';

CREATE VIEW action_log AS
  SELECT lead_survivor(lead_id) AS lead_id, due_at, not_after, trigger, number, kind, state, nullif(reason, '') AS reason,
         attempts, nullif(last_error, '') AS last_error, claimed_by, lease_until, depth, rulebook, with_json, firing,
         key AS action
    FROM actions;
COMMENT ON VIEW action_log IS 'What triggers want done, and what came of it.';

CREATE VIEW email_log AS
  SELECT lead_survivor(m.lead_id) AS lead_id, m.due_at, m.not_after, m.sequence, m.step, m.status,
         nullif(m.reason, '') AS reason, m.state, m.attempts, nullif(m.last_error, '') AS last_error, m.claimed_by,
         m.lease_until, e.enrolled_at, e.zone, nullif(e.ended, '') AS enrolment_ended, m.depth, m.rulebook, m.subject,
         m.template, m.enrolment, m.key AS email
    FROM email_queue m LEFT JOIN enrolments e ON e.key = m.enrolment;
COMMENT ON VIEW email_log IS 'Mails of sequences: what was decided (status), and what the mailer did (state).';

-- migrate:down
DROP VIEW email_log;
DROP VIEW action_log;
DROP VIEW firing_log;
DROP VIEW deal_overview;
