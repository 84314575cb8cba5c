-- +goose Up
CREATE TABLE IF NOT EXISTS rating_ends (
    tenant TEXT NOT NULL,
    campaign TEXT NOT NULL,
    rating BLOB NOT NULL,
    how TEXT NOT NULL,
    ended_at TEXT NOT NULL,
    by_rating BLOB NULL,
    PRIMARY KEY (tenant, campaign, rating)
) STRICT, WITHOUT ROWID;
