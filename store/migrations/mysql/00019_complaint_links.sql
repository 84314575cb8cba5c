-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS complaint_links (
    tenant VARCHAR(64) NOT NULL,
    complaint VARBINARY(16) NOT NULL,
    account VARCHAR(128) NOT NULL,
    citizen VARBINARY(16) NOT NULL,
    sealed_citizen MEDIUMBLOB NOT NULL,
    PRIMARY KEY (tenant, complaint),
    KEY complaint_links_by_citizen (tenant, citizen)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
