-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS ratings (
    tenant VARCHAR(64) NOT NULL,
    campaign VARCHAR(64) NOT NULL,
    id VARBINARY(16) NOT NULL,
    channel VARCHAR(16) NOT NULL,
    account VARCHAR(128) NOT NULL,
    unit VARCHAR(16) NOT NULL,
    window_code VARCHAR(16) NOT NULL,
    serial VARCHAR(64) NOT NULL,
    person VARBINARY(16) NOT NULL,
    answers VARCHAR(6) NOT NULL,
    receipt VARCHAR(32) NOT NULL,
    platform_at DATETIME(3) NOT NULL,
    received_at DATETIME(3) NOT NULL,
    PRIMARY KEY (tenant, campaign, id),
    UNIQUE KEY ratings_receipt (tenant, receipt),
    KEY ratings_by_person (tenant, person)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
