-- +goose Up
CREATE TABLE IF NOT EXISTS api_keys (
    id BLOB NOT NULL,
    tenant TEXT NOT NULL,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    hash BLOB NOT NULL,
    created_at TEXT NOT NULL,
    revoked_at TEXT NULL,
    last_used_at TEXT NULL,
    PRIMARY KEY (id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX IF NOT EXISTS api_keys_hash ON api_keys (hash);
CREATE INDEX IF NOT EXISTS api_keys_by_created_at ON api_keys (tenant, created_at);
