-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS installation (
    id TINYINT NOT NULL,
    kind VARCHAR(16) NOT NULL,
    made_at DATETIME(3) NOT NULL,
    PRIMARY KEY (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
