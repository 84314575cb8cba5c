-- +goose Up
ALTER TABLE campaigns ADD COLUMN approved_via TEXT NULL;
