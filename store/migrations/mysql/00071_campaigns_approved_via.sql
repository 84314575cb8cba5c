-- +goose NO TRANSACTION
-- +goose Up
ALTER TABLE campaigns ADD COLUMN approved_via VARCHAR(128) NULL;
