-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS rating_exclusions (
    tenant VARCHAR(64) NOT NULL,
    campaign VARCHAR(64) NOT NULL,
    rating VARBINARY(16) NOT NULL,
    seq BIGINT NOT NULL,
    reason VARCHAR(32) NOT NULL,
    note VARCHAR(255) NOT NULL,
    by_name VARCHAR(128) NOT NULL,
    approved_by VARCHAR(128) NOT NULL,
    happened_at DATETIME(3) NOT NULL,
    PRIMARY KEY (tenant, campaign, rating, seq)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
