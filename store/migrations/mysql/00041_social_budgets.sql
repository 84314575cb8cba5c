-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS social_budgets (
    tenant VARCHAR(64) NOT NULL,
    account VARCHAR(128) NOT NULL,
    day VARCHAR(16) NOT NULL,
    pool VARCHAR(16) NOT NULL,
    used BIGINT NOT NULL,
    PRIMARY KEY (tenant, account, day, pool)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
