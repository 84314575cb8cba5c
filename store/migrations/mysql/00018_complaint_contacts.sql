-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS complaint_contacts (
    tenant VARCHAR(64) NOT NULL,
    complaint VARBINARY(16) NOT NULL,
    sealed MEDIUMBLOB NOT NULL,
    PRIMARY KEY (tenant, complaint)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
