-- +goose Up
ALTER TABLE campaigns ADD COLUMN stop_reason TEXT NULL;
