-- +goose NO TRANSACTION
-- +goose Up
ALTER TABLE units ADD COLUMN retired_at DATETIME(3) NULL;
