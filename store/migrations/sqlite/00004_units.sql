-- +goose Up
CREATE TABLE IF NOT EXISTS units (
    tenant TEXT NOT NULL,
    code TEXT NOT NULL,
    seq INTEGER NOT NULL,
    name TEXT NOT NULL,
    class TEXT NOT NULL,
    type TEXT NOT NULL,
    superior TEXT NOT NULL,
    aliases TEXT NOT NULL,
    parent TEXT NOT NULL,
    phone TEXT NOT NULL,
    promise TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    PRIMARY KEY (tenant, code)
) STRICT;
