-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS identities (
    tenant VARCHAR(64) NOT NULL,
    account VARCHAR(128) NOT NULL,
    citizen VARBINARY(16) NOT NULL,
    sealed_id MEDIUMBLOB NOT NULL,
    follows TINYINT NULL,
    followed_at DATETIME(3) NULL,
    seen_at DATETIME(3) NOT NULL,
    PRIMARY KEY (tenant, account, citizen)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
