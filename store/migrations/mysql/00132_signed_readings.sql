-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS signed_readings (
    tenant VARCHAR(64) NOT NULL,
    account VARCHAR(128) NOT NULL,
    signature VARBINARY(16) NOT NULL,
    reading VARBINARY(16) NOT NULL,
    until_day VARCHAR(8) NOT NULL,
    PRIMARY KEY (tenant, account, signature)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
