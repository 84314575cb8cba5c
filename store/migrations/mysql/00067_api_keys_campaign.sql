-- +goose NO TRANSACTION
-- +goose Up
ALTER TABLE api_keys ADD COLUMN campaign VARCHAR(64) NULL;
