-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS complaints (
    tenant VARCHAR(64) NOT NULL,
    id VARBINARY(16) NOT NULL,
    no VARCHAR(16) NOT NULL,
    campaign VARCHAR(64) NOT NULL,
    channel VARCHAR(16) NOT NULL,
    account VARCHAR(128) NOT NULL,
    unit VARCHAR(16) NOT NULL,
    counted_unit VARCHAR(16) NOT NULL,
    kind VARCHAR(32) NOT NULL,
    anonymous TINYINT NOT NULL,
    code_hash VARBINARY(32) NOT NULL,
    sealed_parts MEDIUMBLOB NOT NULL,
    platform_at DATETIME(3) NOT NULL,
    received_at DATETIME(3) NOT NULL,
    PRIMARY KEY (tenant, id),
    UNIQUE KEY complaints_no (tenant, no),
    KEY complaints_by_received_at_id (tenant, received_at, id),
    KEY complaints_by_campaign_channel (tenant, campaign, channel)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
