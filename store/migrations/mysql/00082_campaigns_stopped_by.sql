-- +goose NO TRANSACTION
-- +goose Up
ALTER TABLE campaigns ADD COLUMN stopped_by VARCHAR(128) NULL;
