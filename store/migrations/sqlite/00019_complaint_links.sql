-- +goose Up
CREATE TABLE IF NOT EXISTS complaint_links (
    tenant TEXT NOT NULL,
    complaint BLOB NOT NULL,
    account TEXT NOT NULL,
    citizen BLOB NOT NULL,
    sealed_citizen BLOB NOT NULL,
    PRIMARY KEY (tenant, complaint)
) STRICT;
CREATE INDEX IF NOT EXISTS complaint_links_by_citizen ON complaint_links (tenant, citizen);
