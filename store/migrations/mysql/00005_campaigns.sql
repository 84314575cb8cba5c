-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS campaigns (
    tenant VARCHAR(64) NOT NULL,
    id VARCHAR(64) NOT NULL,
    title VARCHAR(255) NOT NULL,
    profile VARCHAR(64) NOT NULL,
    definition MEDIUMTEXT NOT NULL,
    opens_at DATETIME(3) NOT NULL,
    closes_at DATETIME(3) NOT NULL,
    created_at DATETIME(3) NOT NULL,
    approved_at DATETIME(3) NULL,
    approved_by VARCHAR(128) NOT NULL,
    sealed_at DATETIME(3) NULL,
    settled_at DATETIME(3) NULL,
    published_at DATETIME(3) NULL,
    PRIMARY KEY (tenant, id),
    KEY campaigns_by_closes_at (closes_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
