-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS effects (
    tenant VARCHAR(64) NOT NULL,
    push VARBINARY(16) NOT NULL,
    draft VARBINARY(16) NULL,
    id VARBINARY(16) NOT NULL,
    kind VARCHAR(16) NOT NULL,
    ref VARBINARY(16) NOT NULL,
    answer MEDIUMBLOB NOT NULL,
    recorded_at DATETIME(3) NOT NULL,
    PRIMARY KEY (tenant, recorded_at, id),
    UNIQUE KEY effects_push (tenant, push),
    UNIQUE KEY effects_draft (tenant, draft)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
