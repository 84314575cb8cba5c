-- +goose Up
ALTER TABLE poll_results ADD COLUMN via TEXT NULL;
