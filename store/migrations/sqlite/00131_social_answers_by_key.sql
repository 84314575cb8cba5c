-- +goose Up
-- Without rowid the rows have no order of insertion.
CREATE TABLE social_answers_by_key (
    tenant TEXT NOT NULL,
    account TEXT NOT NULL,
    author BLOB NOT NULL,
    day TEXT NOT NULL,
    kind TEXT NOT NULL,
    item BLOB NOT NULL,
    PRIMARY KEY (tenant, account, author, day, kind)
) STRICT, WITHOUT ROWID;
INSERT INTO social_answers_by_key (tenant, account, author, day, kind, item) SELECT tenant, account, author, day, kind, item FROM social_answers;
DROP TABLE social_answers;
ALTER TABLE social_answers_by_key RENAME TO social_answers;
CREATE INDEX social_answers_day ON social_answers (day);
