-- +goose Up
CREATE TABLE IF NOT EXISTS rating_reasons (
    tenant TEXT NOT NULL,
    rating BLOB NOT NULL,
    reason TEXT NOT NULL,
    given_at TEXT NOT NULL,
    PRIMARY KEY (tenant, rating, reason)
) STRICT, WITHOUT ROWID;
