-- +goose NO TRANSACTION
-- +goose Up
ALTER TABLE campaigns ADD COLUMN planned_close DATETIME(3) NULL;
