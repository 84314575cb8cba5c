-- +goose NO TRANSACTION
-- +goose Up
ALTER TABLE campaigns ADD COLUMN stopped_at DATETIME(3) NULL;
