-- +goose NO TRANSACTION
-- +goose Up
ALTER TABLE campaigns ADD COLUMN stopped_via VARCHAR(128) NULL;
