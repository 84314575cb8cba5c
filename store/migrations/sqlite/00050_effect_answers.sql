-- +goose Up
CREATE TABLE IF NOT EXISTS effect_answers (
    tenant TEXT NOT NULL,
    recorded_at TEXT NOT NULL,
    id BLOB NOT NULL,
    answer BLOB NOT NULL,
    PRIMARY KEY (tenant, recorded_at, id)
) STRICT;
