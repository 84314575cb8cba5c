-- +goose Up
CREATE TABLE IF NOT EXISTS social_retractions (
    tenant TEXT NOT NULL,
    account TEXT NOT NULL,
    item BLOB NOT NULL,
    rating BLOB NULL,
    noticed_at TEXT NOT NULL,
    PRIMARY KEY (tenant, account, item)
) STRICT, WITHOUT ROWID;
