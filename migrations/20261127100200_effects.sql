-- What decisions leave for others. Keys come from causes, never from lead ids or offsets, so that deriving a decision
-- once more meets its row. No row holds personal data: texts of mails and messages are made when they leave. There are
-- no foreign keys: a transaction writes what belongs together, and appending stays cheap.

-- migrate:up

-- Moves change no indexed column: with room on the page they are HOT.
CREATE TABLE deals (
  id         text        PRIMARY KEY,
  lead_id    bigint      NOT NULL,
  created_at timestamptz NOT NULL,
  moved_at   timestamptz NOT NULL,
  lane       integer     NOT NULL,
  open       boolean     NOT NULL,
  merged     boolean     NOT NULL,
  pipeline   text        NOT NULL,
  stage      text        NOT NULL
) WITH (fillfactor = 80);
CREATE INDEX deals_lead ON deals (lead_id);

COMMENT ON TABLE deals IS 'Ways of leads through pipelines, as they stand.';
COMMENT ON COLUMN deals.id IS 'Made from the cause of its creation.';
COMMENT ON COLUMN deals.lead_id IS 'Whose it is; merges carry it on.';
COMMENT ON COLUMN deals.created_at IS 'Log time of its first stage entry.';
COMMENT ON COLUMN deals.moved_at IS 'Log time of its last stage entry.';
COMMENT ON COLUMN deals.lane IS 'The only lane of stages that may write the row.';
COMMENT ON COLUMN deals.open IS 'False: it stands in a stage with an outcome, or is merged.';
COMMENT ON COLUMN deals.merged IS 'It gave way to another deal of its pipeline when leads were merged: in no report.';
COMMENT ON COLUMN deals.pipeline IS 'Id of the pipeline in the rule book.';
COMMENT ON COLUMN deals.stage IS 'Id of the stage; a merged one: where it stood.';

CREATE TABLE firings (
  key           uuid        PRIMARY KEY,
  lead_id       bigint      NOT NULL,
  cause_key     uuid        NOT NULL,
  at            timestamptz NOT NULL,
  change_offset bigint      NOT NULL,
  rulebook      bigint      NOT NULL,
  lane          integer     NOT NULL,
  occasion      integer     NOT NULL,
  n             integer     NOT NULL,
  retracted     boolean     NOT NULL,
  trigger       text        NOT NULL,
  occasion_text text        NOT NULL,
  suppressed    text        NOT NULL
);
CREATE INDEX firings_lead ON firings (lead_id);

COMMENT ON TABLE firings IS 'Every time a trigger fired, or would have fired.';
COMMENT ON COLUMN firings.key IS 'Made from trigger, cause and occasion.';
COMMENT ON COLUMN firings.lead_id IS 'Whose it is; merges carry it on.';
COMMENT ON COLUMN firings.cause_key IS 'Names the activity, or the midnight of the lead, that caused it.';
COMMENT ON COLUMN firings.at IS 'Log time at which it was decided.';
COMMENT ON COLUMN firings.change_offset IS 'Its record in lead.changes; with n the order of what is decided at one time.';
COMMENT ON COLUMN firings.rulebook IS 'Version of the rule book that decided.';
COMMENT ON COLUMN firings.lane IS 'The only lane of triggers that may write the row.';
COMMENT ON COLUMN firings.occasion IS 'Which occasion of the cause: 0 the activity itself, then the signals in their order.';
COMMENT ON COLUMN firings.n IS 'Place among the firings of one record.';
COMMENT ON COLUMN firings.retracted IS 'What caused it was taken back later.';
COMMENT ON COLUMN firings.trigger IS 'Id of the trigger in the rule book.';
COMMENT ON COLUMN firings.occasion_text IS 'The occasion in words.';
COMMENT ON COLUMN firings.suppressed IS 'Why it did not fire: cooldown, history, loop, rulebook, replay; empty: it fired.';

-- A row waits in actions_due until somebody takes it; the index holds nothing that is past, so that taking what is due
-- costs the same at any history.
CREATE TABLE actions (
  key         uuid        PRIMARY KEY,
  firing      uuid        NOT NULL,
  lead_id     bigint      NOT NULL,
  due_at      timestamptz NOT NULL,
  not_after   timestamptz NOT NULL,
  rulebook    bigint      NOT NULL,
  lane        integer     NOT NULL,
  number      integer     NOT NULL,
  depth       integer     NOT NULL,
  attempts    integer     NOT NULL DEFAULT 0,
  trigger     text        NOT NULL,
  kind        text        NOT NULL,
  with_json   text        NOT NULL,
  state       text        NOT NULL DEFAULT 'never_tried' CHECK (state IN
                ('never_tried', 'handing_over', 'done', 'failed', 'in_doubt', 'suppressed', 'cancelled')),
  reason      text        NOT NULL DEFAULT '',
  claimed_by  text,
  lease_until timestamptz,
  last_error  text        NOT NULL DEFAULT ''
);
CREATE INDEX actions_due ON actions (due_at) WHERE state = 'never_tried';
CREATE INDEX actions_lead ON actions (lead_id);

COMMENT ON TABLE actions IS 'What triggers want done by somebody else, and what came of it.';
COMMENT ON COLUMN actions.key IS 'Handed to the receiver as idempotency key.';
COMMENT ON COLUMN actions.firing IS 'Key of the firing that it belongs to.';
COMMENT ON COLUMN actions.lead_id IS 'Whose it is: the firing''s lead.';
COMMENT ON COLUMN actions.due_at IS 'Not to be done before.';
COMMENT ON COLUMN actions.not_after IS 'Not to be done later than this.';
COMMENT ON COLUMN actions.rulebook IS 'Version of the rule book that decided.';
COMMENT ON COLUMN actions.lane IS 'Lane of the firing.';
COMMENT ON COLUMN actions.number IS 'Place in the trigger''s list.';
COMMENT ON COLUMN actions.depth IS 'Depth of its cause; what it causes comes back with one more.';
COMMENT ON COLUMN actions.attempts IS 'How often it was tried.';
COMMENT ON COLUMN actions.trigger IS 'Id of the trigger in the rule book.';
COMMENT ON COLUMN actions.kind IS 'slack.message, webhook.post, ...; sequence.enrol is done with the decision.';
COMMENT ON COLUMN actions.with_json IS 'Its parameters as the rule book has them (JSON), templates unfilled.';
COMMENT ON COLUMN actions.state IS
  'never_tried, handing_over (somebody has it until lease_until), done, failed, in_doubt (handed over, but nobody knows '
  'whether it arrived); suppressed and cancelled: nobody will do it.';
COMMENT ON COLUMN actions.reason IS 'Why it is suppressed or cancelled.';
COMMENT ON COLUMN actions.claimed_by IS 'Host and process that has it, or had it last.';
COMMENT ON COLUMN actions.lease_until IS 'Until when it belongs to that process, by the database''s clock.';
COMMENT ON COLUMN actions.last_error IS 'Why the last try failed; quotes nothing personal.';

-- Exits change no indexed column: HOT.
CREATE TABLE enrolments (
  key         uuid        PRIMARY KEY,
  lead_id     bigint      NOT NULL,
  cause_key   uuid        NOT NULL,
  enrolled_at timestamptz NOT NULL,
  rulebook    bigint      NOT NULL,
  lane        integer     NOT NULL,
  depth       integer     NOT NULL,
  sequence    text        NOT NULL,
  zone        text        NOT NULL,
  suppressed  text        NOT NULL,
  ended       text        NOT NULL
) WITH (fillfactor = 85);
CREATE INDEX enrolments_lead ON enrolments (lead_id);

COMMENT ON TABLE enrolments IS 'Ways of leads through sequences, and why one did not begin.';
COMMENT ON COLUMN enrolments.key IS 'Made from sequence and cause.';
COMMENT ON COLUMN enrolments.lead_id IS 'Whose it is; merges carry it on.';
COMMENT ON COLUMN enrolments.cause_key IS 'Names the activity, or the midnight of the lead, that caused it.';
COMMENT ON COLUMN enrolments.enrolled_at IS 'Log time at which it was decided; steps are due from here.';
COMMENT ON COLUMN enrolments.rulebook IS 'Version of the rule book that decided.';
COMMENT ON COLUMN enrolments.lane IS 'The only lane of sequences that may write the row.';
COMMENT ON COLUMN enrolments.depth IS 'Depth of its cause; what its mails cause comes back with one more.';
COMMENT ON COLUMN enrolments.sequence IS 'Id of the sequence in the rule book.';
COMMENT ON COLUMN enrolments.zone IS 'Time zone in which its steps are due.';
COMMENT ON COLUMN enrolments.suppressed IS 'Why nobody was enrolled: history, loop, rulebook, replay; empty: enrolled.';
COMMENT ON COLUMN enrolments.ended IS 'Reason of its exit; empty: it went on to the last step, or still does.';

-- As in actions. By lane: a mail waits until its lane has seen everything up to its due instant.
CREATE TABLE email_queue (
  key         uuid        PRIMARY KEY,
  enrolment   uuid        NOT NULL,
  lead_id     bigint      NOT NULL,
  due_at      timestamptz NOT NULL,
  not_after   timestamptz NOT NULL,
  rulebook    bigint      NOT NULL,
  lane        integer     NOT NULL,
  depth       integer     NOT NULL,
  attempts    integer     NOT NULL DEFAULT 0,
  sequence    text        NOT NULL,
  step        text        NOT NULL,
  status      text        NOT NULL CHECK (status IN ('queued', 'cancelled', 'moving')),
  reason      text        NOT NULL,
  subject     text        NOT NULL,
  template    text        NOT NULL,
  state       text        NOT NULL DEFAULT 'never_tried' CHECK (state IN
                ('never_tried', 'handing_over', 'done', 'failed', 'in_doubt')),
  claimed_by  text,
  lease_until timestamptz,
  last_error  text        NOT NULL DEFAULT ''
);
CREATE INDEX email_queue_due ON email_queue (lane, due_at) WHERE status = 'queued' AND state = 'never_tried';
CREATE INDEX email_queue_lead ON email_queue (lead_id);

COMMENT ON TABLE email_queue IS 'Mails of sequences: what was decided (status), and beside it what the mailer did (state).';
COMMENT ON COLUMN email_queue.key IS 'Makes the Message-ID.';
COMMENT ON COLUMN email_queue.enrolment IS 'Key of the enrolment that it belongs to.';
COMMENT ON COLUMN email_queue.lead_id IS 'To whom; the address is looked up when the mail leaves.';
COMMENT ON COLUMN email_queue.due_at IS 'Not to be sent before; decisions take it as sent from here on.';
COMMENT ON COLUMN email_queue.not_after IS 'Not to be sent later than this.';
COMMENT ON COLUMN email_queue.rulebook IS 'Version of the rule book that decided.';
COMMENT ON COLUMN email_queue.lane IS 'The only lane of sequences that may write the decision.';
COMMENT ON COLUMN email_queue.depth IS 'Depth of its cause; what it causes comes back with one more.';
COMMENT ON COLUMN email_queue.attempts IS 'How often it was tried.';
COMMENT ON COLUMN email_queue.sequence IS 'Id of the sequence in the rule book.';
COMMENT ON COLUMN email_queue.step IS 'Id of the step in its sequence.';
COMMENT ON COLUMN email_queue.status IS
  'queued, cancelled (see reason), moving (its lead is being merged into another one, for which it will be decided anew).';
COMMENT ON COLUMN email_queue.reason IS 'Why it was cancelled.';
COMMENT ON COLUMN email_queue.subject IS 'Subject as the rule book has it, unfilled.';
COMMENT ON COLUMN email_queue.template IS 'Name of the template in the rule book.';
COMMENT ON COLUMN email_queue.state IS
  'never_tried, handing_over (a mailer has it until lease_until), done, failed, in_doubt (handed over, but nobody knows '
  'whether it arrived).';
COMMENT ON COLUMN email_queue.claimed_by IS 'Host and process that has it, or had it last.';
COMMENT ON COLUMN email_queue.lease_until IS 'Until when it belongs to that process, by the database''s clock.';
COMMENT ON COLUMN email_queue.last_error IS 'Why the last try failed; quotes nothing personal.';

-- migrate:down
DROP TABLE email_queue;
DROP TABLE enrolments;
DROP TABLE actions;
DROP TABLE firings;
DROP TABLE deals;
