-- +goose Up
CREATE TABLE IF NOT EXISTS methods (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    body TEXT NOT NULL,
    sample INTEGER NOT NULL,
    state TEXT NOT NULL,
    created_at TEXT NOT NULL,
    approved_at TEXT NULL,
    approved_by TEXT NOT NULL,
    PRIMARY KEY (tenant, id)
) STRICT;
