-- Rule books and how far each lane has counted back for a new one.

-- migrate:up

CREATE TABLE rulebooks (
  version      bigint      PRIMARY KEY CHECK (version > 0),
  sha256       text        NOT NULL,
  author       text        NOT NULL,
  note         text        NOT NULL,
  state        text        NOT NULL DEFAULT 'draft' CHECK (state IN ('draft', 'prepared', 'activated', 'cancelled')),
  files        jsonb       NOT NULL,
  created_at   timestamptz NOT NULL DEFAULT now(),
  prepared_at  timestamptz,
  activated_at timestamptz,
  cancelled_at timestamptz
);
COMMENT ON TABLE rulebooks IS 'Versions of the rule book.';
COMMENT ON COLUMN rulebooks.sha256 IS 'Hash over all files: the same content has the same hash.';
COMMENT ON COLUMN rulebooks.state IS 'draft, prepared (lanes count back), activated (it decides or has decided), cancelled.';
COMMENT ON COLUMN rulebooks.files IS 'Texts by file name.';

CREATE TABLE rulebook_progress (
  version  bigint  NOT NULL REFERENCES rulebooks,
  consumer text    NOT NULL,
  lane     integer NOT NULL,
  done     bigint  NOT NULL,
  total    bigint  NOT NULL,
  ready    boolean NOT NULL,
  PRIMARY KEY (version, consumer, lane)
) WITH (fillfactor = 50);
COMMENT ON TABLE rulebook_progress IS 'How far each lane has counted back for a prepared rule book, in records.';

-- migrate:down
DROP TABLE rulebook_progress;
DROP TABLE rulebooks;
