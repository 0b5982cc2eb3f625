-- People ask for what is due next and what was decided last, whoever's it is: by time, so that a look at the newest costs
-- the same at any history.

-- migrate:up

CREATE INDEX actions_time ON actions (due_at);
CREATE INDEX email_queue_time ON email_queue (due_at);
-- Those that nobody was enrolled by; moves and exits do not touch it.
CREATE INDEX enrolments_suppressed ON enrolments (enrolled_at) WHERE suppressed <> '';

-- migrate:down
DROP INDEX enrolments_suppressed;
DROP INDEX email_queue_time;
DROP INDEX actions_time;
