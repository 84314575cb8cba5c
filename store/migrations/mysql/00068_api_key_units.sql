-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS api_key_units (
    tenant VARCHAR(64) NOT NULL,
    api_key VARBINARY(16) NOT NULL,
    unit VARCHAR(16) NOT NULL,
    PRIMARY KEY (tenant, api_key, unit)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
