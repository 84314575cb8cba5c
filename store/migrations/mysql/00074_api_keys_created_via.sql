-- +goose NO TRANSACTION
-- +goose Up
ALTER TABLE api_keys ADD COLUMN created_via VARCHAR(128) NULL;
