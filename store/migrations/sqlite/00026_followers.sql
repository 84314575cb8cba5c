-- +goose Up
CREATE TABLE IF NOT EXISTS followers (
    tenant TEXT NOT NULL,
    account TEXT NOT NULL,
    citizen BLOB NOT NULL,
    follows INTEGER NOT NULL,
    changed_at TEXT NOT NULL,
    PRIMARY KEY (tenant, account, citizen)
) STRICT;
