-- +goose Up
ALTER TABLE api_keys ADD COLUMN ends_at TEXT NULL;
