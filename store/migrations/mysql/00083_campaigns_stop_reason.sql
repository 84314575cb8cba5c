-- +goose NO TRANSACTION
-- +goose Up
ALTER TABLE campaigns ADD COLUMN stop_reason VARCHAR(255) NULL;
