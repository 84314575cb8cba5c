-- +goose Up
CREATE TABLE IF NOT EXISTS code_failures (
    tenant TEXT NOT NULL,
    complaint BLOB NOT NULL,
    day TEXT NOT NULL,
    tries INTEGER NOT NULL,
    PRIMARY KEY (tenant, complaint, day)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS code_failures_by_day ON code_failures (day);
