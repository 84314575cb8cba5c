-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS complaint_events (
    tenant VARCHAR(64) NOT NULL,
    complaint VARBINARY(16) NOT NULL,
    seq BIGINT NOT NULL,
    state VARCHAR(16) NOT NULL,
    happened_at DATETIME(3) NOT NULL,
    by_name VARCHAR(128) NOT NULL,
    on_time TINYINT NULL,
    satisfied TINYINT NULL,
    PRIMARY KEY (tenant, complaint, seq)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
