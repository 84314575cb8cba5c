-- +goose Up
-- Without rowid the rows have no order of insertion.
CREATE TABLE effect_answers_by_key (
    tenant TEXT NOT NULL,
    recorded_at TEXT NOT NULL,
    id BLOB NOT NULL,
    answer BLOB NOT NULL,
    PRIMARY KEY (tenant, recorded_at, id)
) STRICT, WITHOUT ROWID;
INSERT INTO effect_answers_by_key (tenant, recorded_at, id, answer) SELECT tenant, recorded_at, id, answer FROM effect_answers;
DROP TABLE effect_answers;
ALTER TABLE effect_answers_by_key RENAME TO effect_answers;
