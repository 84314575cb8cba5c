-- +goose Up
CREATE TABLE IF NOT EXISTS social_accounts (
    tenant TEXT NOT NULL,
    account TEXT NOT NULL,
    citizen BLOB NOT NULL,
    sealed BLOB NOT NULL,
    looked_at TEXT NOT NULL,
    PRIMARY KEY (tenant, account, citizen)
) STRICT;
