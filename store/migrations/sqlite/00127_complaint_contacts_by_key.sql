-- +goose Up
-- Without rowid the rows have no order of insertion.
CREATE TABLE complaint_contacts_by_key (
    tenant TEXT NOT NULL,
    complaint BLOB NOT NULL,
    sealed BLOB NOT NULL,
    PRIMARY KEY (tenant, complaint)
) STRICT, WITHOUT ROWID;
INSERT INTO complaint_contacts_by_key (tenant, complaint, sealed) SELECT tenant, complaint, sealed FROM complaint_contacts;
DROP TABLE complaint_contacts;
ALTER TABLE complaint_contacts_by_key RENAME TO complaint_contacts;
