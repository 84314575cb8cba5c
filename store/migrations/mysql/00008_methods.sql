-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS methods (
    tenant VARCHAR(64) NOT NULL,
    id VARCHAR(128) NOT NULL,
    body MEDIUMTEXT NOT NULL,
    sample TINYINT NOT NULL,
    state VARCHAR(16) NOT NULL,
    created_at DATETIME(3) NOT NULL,
    approved_at DATETIME(3) NULL,
    approved_by VARCHAR(128) NOT NULL,
    PRIMARY KEY (tenant, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
