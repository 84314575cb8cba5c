-- +goose NO TRANSACTION
-- +goose Up
ALTER TABLE api_keys ADD COLUMN ends_at DATETIME(3) NULL;
