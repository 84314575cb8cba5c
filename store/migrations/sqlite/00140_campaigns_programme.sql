-- +goose Up
ALTER TABLE campaigns ADD COLUMN programme TEXT NULL;
