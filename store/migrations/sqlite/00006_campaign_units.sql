-- +goose Up
CREATE TABLE IF NOT EXISTS campaign_units (
    tenant TEXT NOT NULL,
    campaign TEXT NOT NULL,
    code TEXT NOT NULL,
    seq INTEGER NOT NULL,
    name TEXT NOT NULL,
    class TEXT NOT NULL,
    type TEXT NOT NULL,
    PRIMARY KEY (tenant, campaign, code)
) STRICT, WITHOUT ROWID;
