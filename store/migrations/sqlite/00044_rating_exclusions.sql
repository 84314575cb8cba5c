-- +goose Up
CREATE TABLE IF NOT EXISTS rating_exclusions (
    tenant TEXT NOT NULL,
    campaign TEXT NOT NULL,
    rating BLOB NOT NULL,
    seq INTEGER NOT NULL,
    reason TEXT NOT NULL,
    note TEXT NOT NULL,
    by_name TEXT NOT NULL,
    approved_by TEXT NOT NULL,
    happened_at TEXT NOT NULL,
    PRIMARY KEY (tenant, campaign, rating, seq)
) STRICT, WITHOUT ROWID;
