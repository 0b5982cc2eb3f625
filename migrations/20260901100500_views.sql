-- For analysts and operators: the tables in readable form.

-- migrate:up

CREATE VIEW lane_overview AS
  SELECT consumer, lane, CASE WHEN halted <> '' THEN 'halted' WHEN owner_pid IS NULL THEN 'never run' ELSE 'taken' END AS standing,
         next_offsets, now_at, batch_no, batch_no - acked_batch AS unpublished_batches, rulebook_version, owner_name, taken_at,
         moved_at, halted
    FROM lanes;
COMMENT ON VIEW lane_overview IS 'How far every consumer has come on every partition.';

CREATE VIEW activity_log AS
  SELECT lead_survivor(lead_id) AS lead_id, lead_id AS lead_id_at_acceptance, at, log_time, name, source, counted,
         convert_from(record, 'UTF8') AS record_json
    FROM activities;
COMMENT ON VIEW activity_log IS 'Activities with the lead that they belong to today.';

CREATE VIEW lead_directory AS
  SELECT lead_id, lead_survivor(lead_id) AS lead_id_today, merged_into, created_at, erased, founding_id FROM leads;
COMMENT ON VIEW lead_directory IS 'Leads, merges followed, without personal data.';

CREATE VIEW dead_letter_overview AS
  SELECT consumer, topic, code, count(*) AS letters, min(log_time) AS first_log_time, max(log_time) AS last_log_time,
         min(message) AS example
    FROM dead_letters GROUP BY consumer, topic, code;
COMMENT ON VIEW dead_letter_overview IS 'Refused inputs by reason.';

CREATE VIEW dead_letter_log AS
  SELECT consumer, topic, partition, "offset", code, message, place, log_time, created_at, attempts,
         encode(key, 'escape') AS key, length(raw) AS raw_bytes
    FROM dead_letters;
COMMENT ON VIEW dead_letter_log IS 'Refused inputs without their content.';

CREATE VIEW message_id_overview AS
  SELECT lane, number AS segment, count AS ids, last_at, length(filter) AS filter_bytes FROM message_id_segments
  UNION ALL
  SELECT lane, NULL, sum(length(packed)) / 16, NULL, NULL FROM message_ids GROUP BY lane;
COMMENT ON VIEW message_id_overview IS 'Remembered message ids per lane; segment NULL: the open one.';

-- migrate:down
DROP VIEW message_id_overview;
DROP VIEW dead_letter_log;
DROP VIEW dead_letter_overview;
DROP VIEW lead_directory;
DROP VIEW activity_log;
DROP VIEW lane_overview;
