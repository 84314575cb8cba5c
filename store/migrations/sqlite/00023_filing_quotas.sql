-- +goose Up
CREATE TABLE IF NOT EXISTS filing_quotas (
    tenant TEXT NOT NULL,
    citizen BLOB NOT NULL,
    day TEXT NOT NULL,
    filed INTEGER NOT NULL,
    PRIMARY KEY (tenant, citizen, day)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS filing_quotas_by_day ON filing_quotas (day);
