-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS social_leases (
    tenant VARCHAR(64) NOT NULL,
    account VARCHAR(128) NOT NULL,
    name VARCHAR(32) NOT NULL,
    holder VARBINARY(16) NOT NULL,
    until_at DATETIME(3) NOT NULL,
    PRIMARY KEY (tenant, account, name)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
