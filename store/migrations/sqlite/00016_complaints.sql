-- +goose Up
CREATE TABLE IF NOT EXISTS complaints (
    tenant TEXT NOT NULL,
    id BLOB NOT NULL,
    no TEXT NOT NULL,
    campaign TEXT NOT NULL,
    channel TEXT NOT NULL,
    account TEXT NOT NULL,
    unit TEXT NOT NULL,
    counted_unit TEXT NOT NULL,
    kind TEXT NOT NULL,
    anonymous INTEGER NOT NULL,
    code_hash BLOB NOT NULL,
    sealed_parts BLOB NOT NULL,
    platform_at TEXT NOT NULL,
    received_at TEXT NOT NULL,
    PRIMARY KEY (tenant, id)
) STRICT;
CREATE UNIQUE INDEX IF NOT EXISTS complaints_no ON complaints (tenant, no);
CREATE INDEX IF NOT EXISTS complaints_by_received_at_id ON complaints (tenant, received_at, id);
CREATE INDEX IF NOT EXISTS complaints_by_campaign_channel ON complaints (tenant, campaign, channel);
