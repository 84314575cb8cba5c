-- +goose NO TRANSACTION
-- +goose Up
ALTER TABLE tenants ADD COLUMN complaints VARCHAR(8) NOT NULL DEFAULT '';
