-- +goose Up
-- Without rowid the rows have no order of insertion.
CREATE TABLE complaints_by_key (
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
) STRICT, WITHOUT ROWID;
INSERT INTO complaints_by_key (tenant, id, no, campaign, channel, account, unit, counted_unit, kind, anonymous, code_hash, sealed_parts, platform_at, received_at) SELECT tenant, id, no, campaign, channel, account, unit, counted_unit, kind, anonymous, code_hash, sealed_parts, platform_at, received_at FROM complaints;
DROP TABLE complaints;
ALTER TABLE complaints_by_key RENAME TO complaints;
CREATE UNIQUE INDEX complaints_no ON complaints (tenant, no);
CREATE INDEX complaints_by_received_at_id ON complaints (tenant, received_at, id);
CREATE INDEX complaints_by_campaign_channel ON complaints (tenant, campaign, channel);
