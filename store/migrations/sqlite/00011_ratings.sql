-- +goose Up
CREATE TABLE IF NOT EXISTS ratings (
    tenant TEXT NOT NULL,
    campaign TEXT NOT NULL,
    id BLOB NOT NULL,
    channel TEXT NOT NULL,
    account TEXT NOT NULL,
    unit TEXT NOT NULL,
    window_code TEXT NOT NULL,
    serial TEXT NOT NULL,
    person BLOB NOT NULL,
    answers TEXT NOT NULL,
    receipt TEXT NOT NULL,
    platform_at TEXT NOT NULL,
    received_at TEXT NOT NULL,
    PRIMARY KEY (tenant, campaign, id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX IF NOT EXISTS ratings_receipt ON ratings (tenant, receipt);
CREATE INDEX IF NOT EXISTS ratings_by_person ON ratings (tenant, person);
