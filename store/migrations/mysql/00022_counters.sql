-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS counters (
    tenant VARCHAR(64) NOT NULL,
    name VARCHAR(64) NOT NULL,
    value BIGINT NOT NULL,
    PRIMARY KEY (tenant, name)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
