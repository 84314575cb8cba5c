-- +goose Up
CREATE TABLE IF NOT EXISTS scenes (
    tenant TEXT NOT NULL,
    account TEXT NOT NULL,
    id INTEGER NOT NULL,
    target TEXT NOT NULL,
    created_at TEXT NOT NULL,
    PRIMARY KEY (tenant, account, id)
) STRICT;
CREATE UNIQUE INDEX IF NOT EXISTS scenes_target ON scenes (tenant, account, target);
