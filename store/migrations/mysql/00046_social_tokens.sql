-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS social_tokens (
    tenant VARCHAR(64) NOT NULL,
    account VARCHAR(128) NOT NULL,
    token VARBINARY(16) NOT NULL,
    issued_at DATETIME(3) NOT NULL,
    noted_at DATETIME(3) NOT NULL,
    PRIMARY KEY (tenant, account, token, noted_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
