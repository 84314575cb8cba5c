-- +goose Up
CREATE TABLE IF NOT EXISTS complaint_keys (
    tenant TEXT NOT NULL,
    complaint BLOB NOT NULL,
    wrapped BLOB NOT NULL,
    PRIMARY KEY (tenant, complaint)
) STRICT, WITHOUT ROWID;
