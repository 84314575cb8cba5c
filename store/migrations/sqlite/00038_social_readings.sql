-- +goose Up
CREATE TABLE IF NOT EXISTS social_readings (
    tenant TEXT NOT NULL,
    account TEXT NOT NULL,
    item BLOB NOT NULL,
    outcome TEXT NOT NULL,
    reason TEXT NOT NULL,
    campaign TEXT NOT NULL,
    unit TEXT NOT NULL,
    level INTEGER NOT NULL,
    rating BLOB NULL,
    read_at TEXT NOT NULL,
    PRIMARY KEY (tenant, account, item)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS social_readings_outcome ON social_readings (tenant, campaign, outcome);
