-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS rating_reasons (
    tenant VARCHAR(64) NOT NULL,
    rating VARBINARY(16) NOT NULL,
    reason VARCHAR(32) NOT NULL,
    given_at DATETIME(3) NOT NULL,
    PRIMARY KEY (tenant, rating, reason)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
