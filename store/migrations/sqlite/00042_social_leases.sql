-- +goose Up
CREATE TABLE IF NOT EXISTS social_leases (
    tenant TEXT NOT NULL,
    account TEXT NOT NULL,
    name TEXT NOT NULL,
    holder BLOB NOT NULL,
    until_at TEXT NOT NULL,
    PRIMARY KEY (tenant, account, name)
) STRICT, WITHOUT ROWID;
