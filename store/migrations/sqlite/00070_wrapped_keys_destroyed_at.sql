-- +goose Up
ALTER TABLE wrapped_keys ADD COLUMN destroyed_at TEXT NULL;
