-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS effect_answers (
    tenant VARCHAR(64) NOT NULL,
    recorded_at DATETIME(3) NOT NULL,
    id VARBINARY(16) NOT NULL,
    answer MEDIUMBLOB NOT NULL,
    PRIMARY KEY (tenant, recorded_at, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
