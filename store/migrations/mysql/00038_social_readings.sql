-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS social_readings (
    tenant VARCHAR(64) NOT NULL,
    account VARCHAR(128) NOT NULL,
    item VARBINARY(16) NOT NULL,
    outcome VARCHAR(16) NOT NULL,
    reason VARCHAR(32) NOT NULL,
    campaign VARCHAR(64) NOT NULL,
    unit VARCHAR(16) NOT NULL,
    level BIGINT NOT NULL,
    rating VARBINARY(16) NULL,
    read_at DATETIME(3) NOT NULL,
    PRIMARY KEY (tenant, account, item),
    KEY social_readings_outcome (tenant, campaign, outcome)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
