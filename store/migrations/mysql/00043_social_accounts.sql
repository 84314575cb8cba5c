-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS social_accounts (
    tenant VARCHAR(64) NOT NULL,
    account VARCHAR(128) NOT NULL,
    citizen VARBINARY(16) NOT NULL,
    sealed MEDIUMBLOB NOT NULL,
    looked_at DATETIME(3) NOT NULL,
    PRIMARY KEY (tenant, account, citizen)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
