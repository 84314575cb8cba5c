-- +goose NO TRANSACTION
-- +goose Up
ALTER TABLE wrapped_keys ADD COLUMN destroyed_at DATETIME(3) NULL;
