-- +goose Up
CREATE TABLE IF NOT EXISTS api_key_units (
    tenant TEXT NOT NULL,
    api_key BLOB NOT NULL,
    unit TEXT NOT NULL,
    PRIMARY KEY (tenant, api_key, unit)
) STRICT, WITHOUT ROWID;
