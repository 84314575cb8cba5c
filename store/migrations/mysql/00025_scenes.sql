-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS scenes (
    tenant VARCHAR(64) NOT NULL,
    account VARCHAR(128) NOT NULL,
    id BIGINT NOT NULL,
    target VARCHAR(64) NOT NULL,
    created_at DATETIME(3) NOT NULL,
    PRIMARY KEY (tenant, account, id),
    UNIQUE KEY scenes_target (tenant, account, target)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
