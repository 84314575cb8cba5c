-- +goose Up
CREATE TABLE IF NOT EXISTS tenants (
    tenant TEXT NOT NULL,
    title TEXT NOT NULL,
    created_at TEXT NOT NULL,
    PRIMARY KEY (tenant)
) STRICT, WITHOUT ROWID;
