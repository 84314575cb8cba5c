-- +goose Up
ALTER TABLE api_keys ADD COLUMN campaign TEXT NULL;
