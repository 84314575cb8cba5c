-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS campaign_units (
    tenant VARCHAR(64) NOT NULL,
    campaign VARCHAR(64) NOT NULL,
    code VARCHAR(16) NOT NULL,
    seq BIGINT NOT NULL,
    name VARCHAR(255) NOT NULL,
    class VARCHAR(64) NOT NULL,
    type VARCHAR(16) NOT NULL,
    PRIMARY KEY (tenant, campaign, code)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
