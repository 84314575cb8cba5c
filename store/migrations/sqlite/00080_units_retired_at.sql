-- +goose Up
ALTER TABLE units ADD COLUMN retired_at TEXT NULL;
