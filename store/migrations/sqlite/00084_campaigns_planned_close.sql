-- +goose Up
ALTER TABLE campaigns ADD COLUMN planned_close TEXT NULL;
