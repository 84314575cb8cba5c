-- +goose Up
ALTER TABLE api_keys ADD COLUMN created_via TEXT NULL;
