-- +goose Up
-- Without rowid the rows have no order of insertion.
CREATE TABLE effects_by_key (
    tenant TEXT NOT NULL,
    push BLOB NOT NULL,
    draft BLOB NULL,
    id BLOB NOT NULL,
    kind TEXT NOT NULL,
    ref BLOB NOT NULL,
    answer BLOB NOT NULL,
    recorded_at TEXT NOT NULL,
    proof BLOB NULL,
    PRIMARY KEY (tenant, recorded_at, id)
) STRICT, WITHOUT ROWID;
INSERT INTO effects_by_key (tenant, push, draft, id, kind, ref, answer, recorded_at, proof) SELECT tenant, push, draft, id, kind, ref, answer, recorded_at, proof FROM effects;
DROP TABLE effects;
ALTER TABLE effects_by_key RENAME TO effects;
CREATE UNIQUE INDEX effects_push ON effects (tenant, push);
CREATE UNIQUE INDEX effects_draft ON effects (tenant, draft);
