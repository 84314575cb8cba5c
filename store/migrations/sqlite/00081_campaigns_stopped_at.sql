-- +goose Up
ALTER TABLE campaigns ADD COLUMN stopped_at TEXT NULL;
