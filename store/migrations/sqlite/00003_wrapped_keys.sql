-- +goose Up
CREATE TABLE IF NOT EXISTS wrapped_keys (
    tenant TEXT NOT NULL,
    name TEXT NOT NULL,
    wrapped BLOB NOT NULL,
    created_at TEXT NOT NULL,
    PRIMARY KEY (tenant, name)
) STRICT, WITHOUT ROWID;
