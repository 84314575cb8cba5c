-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS social_retractions (
    tenant VARCHAR(64) NOT NULL,
    account VARCHAR(128) NOT NULL,
    item VARBINARY(16) NOT NULL,
    rating VARBINARY(16) NULL,
    noticed_at DATETIME(3) NOT NULL,
    PRIMARY KEY (tenant, account, item)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
