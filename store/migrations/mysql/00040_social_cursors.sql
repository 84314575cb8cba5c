-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS social_cursors (
    tenant VARCHAR(64) NOT NULL,
    account VARCHAR(128) NOT NULL,
    feed VARCHAR(32) NOT NULL,
    state MEDIUMBLOB NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (tenant, account, feed)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
