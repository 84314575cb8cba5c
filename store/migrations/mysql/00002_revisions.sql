-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS revisions (
    tenant VARCHAR(64) NOT NULL,
    revision BIGINT NOT NULL,
    PRIMARY KEY (tenant)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
