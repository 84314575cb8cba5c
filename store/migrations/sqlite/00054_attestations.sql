-- +goose Up
CREATE TABLE IF NOT EXISTS attestations (
    tenant TEXT NOT NULL,
    campaign TEXT NOT NULL,
    channel TEXT NOT NULL,
    unit TEXT NOT NULL,
    kind TEXT NOT NULL,
    row_count INTEGER NOT NULL,
    digest BLOB NOT NULL,
    proof BLOB NOT NULL,
    attested_at TEXT NOT NULL,
    PRIMARY KEY (tenant, campaign, channel, unit, kind)
) STRICT, WITHOUT ROWID;
