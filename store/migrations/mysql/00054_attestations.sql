-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS attestations (
    tenant VARCHAR(64) NOT NULL,
    campaign VARCHAR(64) NOT NULL,
    channel VARCHAR(16) NOT NULL,
    unit VARCHAR(16) NOT NULL,
    kind VARCHAR(16) NOT NULL,
    row_count BIGINT NOT NULL,
    digest VARBINARY(32) NOT NULL,
    proof VARBINARY(32) NOT NULL,
    attested_at DATETIME(3) NOT NULL,
    PRIMARY KEY (tenant, campaign, channel, unit, kind)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
