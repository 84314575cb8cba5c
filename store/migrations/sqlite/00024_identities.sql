-- +goose Up
CREATE TABLE IF NOT EXISTS identities (
    tenant TEXT NOT NULL,
    account TEXT NOT NULL,
    citizen BLOB NOT NULL,
    sealed_id BLOB NOT NULL,
    follows INTEGER NULL,
    followed_at TEXT NULL,
    seen_at TEXT NOT NULL,
    PRIMARY KEY (tenant, account, citizen)
) STRICT;
