-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS rating_ends (
    tenant VARCHAR(64) NOT NULL,
    campaign VARCHAR(64) NOT NULL,
    rating VARBINARY(16) NOT NULL,
    how VARCHAR(16) NOT NULL,
    ended_at DATETIME(3) NOT NULL,
    by_rating VARBINARY(16) NULL,
    PRIMARY KEY (tenant, campaign, rating)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
