-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS wrapped_keys (
    tenant VARCHAR(64) NOT NULL,
    name VARCHAR(190) NOT NULL,
    wrapped VARBINARY(1024) NOT NULL,
    created_at DATETIME(3) NOT NULL,
    PRIMARY KEY (tenant, name)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
