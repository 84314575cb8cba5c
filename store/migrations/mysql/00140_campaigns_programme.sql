-- +goose NO TRANSACTION
-- +goose Up
ALTER TABLE campaigns ADD COLUMN programme MEDIUMTEXT NULL;
