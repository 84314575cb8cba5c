-- +goose Up
-- Without rowid the rows have no order of insertion.
CREATE TABLE complaint_links_by_key (
    tenant TEXT NOT NULL,
    complaint BLOB NOT NULL,
    account TEXT NOT NULL,
    citizen BLOB NOT NULL,
    sealed_citizen BLOB NOT NULL,
    PRIMARY KEY (tenant, complaint)
) STRICT, WITHOUT ROWID;
INSERT INTO complaint_links_by_key (tenant, complaint, account, citizen, sealed_citizen) SELECT tenant, complaint, account, citizen, sealed_citizen FROM complaint_links;
DROP TABLE complaint_links;
ALTER TABLE complaint_links_by_key RENAME TO complaint_links;
CREATE INDEX complaint_links_by_citizen ON complaint_links (tenant, citizen);
