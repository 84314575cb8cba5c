-- +goose Up
CREATE TABLE IF NOT EXISTS effects (
    tenant TEXT NOT NULL,
    push BLOB NOT NULL,
    draft BLOB NULL,
    id BLOB NOT NULL,
    kind TEXT NOT NULL,
    ref BLOB NOT NULL,
    answer BLOB NOT NULL,
    recorded_at TEXT NOT NULL,
    PRIMARY KEY (tenant, recorded_at, id)
) STRICT;
CREATE UNIQUE INDEX IF NOT EXISTS effects_push ON effects (tenant, push);
CREATE UNIQUE INDEX IF NOT EXISTS effects_draft ON effects (tenant, draft);
