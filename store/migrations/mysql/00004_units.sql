-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS units (
    tenant VARCHAR(64) NOT NULL,
    code VARCHAR(16) NOT NULL,
    seq BIGINT NOT NULL,
    name VARCHAR(255) NOT NULL,
    class VARCHAR(64) NOT NULL,
    type VARCHAR(16) NOT NULL,
    superior VARCHAR(255) NOT NULL,
    aliases TEXT NOT NULL,
    parent VARCHAR(16) NOT NULL,
    phone VARCHAR(64) NOT NULL,
    promise TEXT NOT NULL,
    updated_at DATETIME(3) NOT NULL,
    PRIMARY KEY (tenant, code)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
