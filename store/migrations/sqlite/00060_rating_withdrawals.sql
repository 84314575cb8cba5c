-- +goose Up
CREATE TABLE IF NOT EXISTS rating_withdrawals (
    tenant TEXT NOT NULL,
    campaign TEXT NOT NULL,
    rating BLOB NOT NULL,
    platform_at TEXT NOT NULL,
    PRIMARY KEY (tenant, campaign, rating)
) STRICT, WITHOUT ROWID;
