-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS public_seals (
    tenant VARCHAR(64) NOT NULL,
    campaign VARCHAR(64) NOT NULL,
    sealed_at DATETIME(3) NOT NULL,
    PRIMARY KEY (tenant, campaign)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
