-- +goose Up
CREATE TABLE IF NOT EXISTS poll_results (
    tenant TEXT NOT NULL,
    id BLOB NOT NULL,
    campaign TEXT NOT NULL,
    title TEXT NOT NULL,
    body TEXT NOT NULL,
    signer TEXT NOT NULL,
    evidence TEXT NOT NULL,
    evidence_hash BLOB NULL,
    replaces BLOB NULL,
    entered_at TEXT NOT NULL,
    PRIMARY KEY (tenant, id)
) STRICT;
CREATE INDEX IF NOT EXISTS poll_results_campaign ON poll_results (tenant, campaign, entered_at);
