-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS rating_withdrawals (
    tenant VARCHAR(64) NOT NULL,
    campaign VARCHAR(64) NOT NULL,
    rating VARBINARY(16) NOT NULL,
    platform_at DATETIME(3) NOT NULL,
    PRIMARY KEY (tenant, campaign, rating)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
