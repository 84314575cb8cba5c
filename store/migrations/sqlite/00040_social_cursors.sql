-- +goose Up
CREATE TABLE IF NOT EXISTS social_cursors (
    tenant TEXT NOT NULL,
    account TEXT NOT NULL,
    feed TEXT NOT NULL,
    state BLOB NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (tenant, account, feed)
) STRICT;
