-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS complaint_keys (
    tenant VARCHAR(64) NOT NULL,
    complaint VARBINARY(16) NOT NULL,
    wrapped VARBINARY(1024) NOT NULL,
    PRIMARY KEY (tenant, complaint)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
