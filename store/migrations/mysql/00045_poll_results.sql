-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS poll_results (
    tenant VARCHAR(64) NOT NULL,
    id VARBINARY(16) NOT NULL,
    campaign VARCHAR(64) NOT NULL,
    title VARCHAR(255) NOT NULL,
    body MEDIUMTEXT NOT NULL,
    signer VARCHAR(128) NOT NULL,
    evidence VARCHAR(255) NOT NULL,
    evidence_hash VARBINARY(16) NULL,
    replaces VARBINARY(16) NULL,
    entered_at DATETIME(3) NOT NULL,
    PRIMARY KEY (tenant, id),
    KEY poll_results_campaign (tenant, campaign, entered_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
