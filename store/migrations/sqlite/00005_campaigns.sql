-- +goose Up
CREATE TABLE IF NOT EXISTS campaigns (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    title TEXT NOT NULL,
    profile TEXT NOT NULL,
    definition TEXT NOT NULL,
    opens_at TEXT NOT NULL,
    closes_at TEXT NOT NULL,
    created_at TEXT NOT NULL,
    approved_at TEXT NULL,
    approved_by TEXT NOT NULL,
    sealed_at TEXT NULL,
    settled_at TEXT NULL,
    published_at TEXT NULL,
    PRIMARY KEY (tenant, id)
) STRICT;
CREATE INDEX IF NOT EXISTS campaigns_by_closes_at ON campaigns (closes_at);
