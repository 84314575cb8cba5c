-- +goose Up
CREATE TABLE IF NOT EXISTS signed_readings (
    tenant TEXT NOT NULL,
    account TEXT NOT NULL,
    signature BLOB NOT NULL,
    reading BLOB NOT NULL,
    until_day TEXT NOT NULL,
    PRIMARY KEY (tenant, account, signature)
) STRICT, WITHOUT ROWID;
