-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS campaign_channels (
    tenant VARCHAR(64) NOT NULL,
    campaign VARCHAR(64) NOT NULL,
    channel VARCHAR(16) NOT NULL,
    seq BIGINT NOT NULL,
    full_marks VARCHAR(16) NOT NULL,
    method VARCHAR(128) NOT NULL,
    account VARCHAR(128) NOT NULL,
    PRIMARY KEY (tenant, campaign, channel)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
