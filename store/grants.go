package store

import (
	"context"
	"regexp"
	"strings"

	"pingyi/models"
)

// grant is what the user of a server may do with a table beside reading it: rights as
// GRANT spells them. What stands in no grant is denied.
type grant struct{ table, rights string }

// added is the right on evidence: a row is added and stays as it is.
const added = "INSERT"

// grants is every table of the schema. MariaDB asks for the right to update each
// column of an INSERT with ON DUPLICATE KEY UPDATE, so a table that is written to in
// that way needs UPDATE as a whole, and evidence is not: see CreateOnce.
func grants() []grant {
	return append(evidenceGrants(),
		// What follows from evidence. A recount compares it, --repair writes it anew.
		grant{"live_ratings", "INSERT, UPDATE, DELETE"},
		grant{"tallies", "INSERT, UPDATE, DELETE"},

		// What is frozen at creation. Marks in time are set once each; a draft may be
		// deleted. The sum of a campaign that recount prints holds all of it.
		grant{"campaigns", "INSERT, DELETE, UPDATE (approved_at, approved_by, approved_via, closes_at, planned_close, programme, published_at, " +
			"sealed_at, settled_at, stop_reason, stopped_at, stopped_by, stopped_via)"},
		grant{"campaign_units", "INSERT, DELETE"},
		grant{"campaign_channels", "INSERT, DELETE"},
		grant{"methods", "INSERT, UPDATE (state, approved_at, approved_by)"},

		// The register and who may ask.
		grant{"units", "INSERT, UPDATE"},
		grant{"tenants", "INSERT, UPDATE (complaints)"},
		grant{"revisions", "INSERT, UPDATE"},
		grant{"scenes", "INSERT"},
		grant{"api_keys", "INSERT, UPDATE (campaign, ends_at, last_used_at, revoked_at)"},
		grant{"api_key_units", "INSERT, DELETE"},

		// Keys. A new PINGYI_SECRET wraps them anew; a destroyed one keeps its row.
		grant{"wrapped_keys", "INSERT, UPDATE (wrapped, destroyed_at)"},
		grant{"complaint_keys", "INSERT, UPDATE (wrapped), DELETE"},

		// Who a citizen is, apart from evidence, and erased when they leave.
		grant{"complaint_contacts", "INSERT, DELETE"},
		grant{"complaint_links", "INSERT, UPDATE (sealed_citizen), DELETE"},
		grant{"identities", "INSERT, UPDATE, DELETE"},
		grant{"followers", "INSERT, UPDATE, DELETE"},
		grant{"social_accounts", "INSERT, UPDATE, DELETE"},

		// What passes: answers to repeats, counters, leases, places in a feed.
		grant{"effect_answers", "INSERT, DELETE"},
		grant{"social_answers", "INSERT, DELETE"},
		grant{"signed_readings", "INSERT, DELETE"},
		grant{"filing_quotas", "INSERT, UPDATE, DELETE"},
		grant{"code_failures", "INSERT, UPDATE, DELETE"},
		grant{"code_guesses", "INSERT, UPDATE, DELETE"},
		grant{"counters", "INSERT, UPDATE"},
		grant{"social_budgets", "INSERT, UPDATE"},
		grant{"social_cursors", "INSERT, UPDATE"},
		grant{"social_items", "INSERT, UPDATE"},
		grant{"social_leases", "INSERT, UPDATE"},
		grant{"social_tokens", "INSERT"},
		grant{"job_runs", "INSERT, UPDATE (holder, until_at, done_at), DELETE"},

		// Written by migrations alone.
		grant{"installation", "INSERT"}, // by the first start of a server on a database of before there was the row
		grant{"attestations", ""},
		grant{"goose_db_version", ""},
	)
}

// evidenceGrants are the tables whose rows prove something.
func evidenceGrants() []grant {
	var list []grant
	for _, table := range []string{
		"effects", "ratings", "rating_ends", "rating_reasons", "rating_provenances", "rating_withdrawals", "rating_exclusions",
		"complaints", "complaint_events",
		"public_ratings", "public_seals", "social_readings", "social_retractions", "poll_results",
	} {
		list = append(list, grant{table, added})
	}
	return list
}

// statement is the GRANT for a table of a database to an account, as account spells it.
func (g grant) statement(database, to string) string {
	rights := "SELECT"
	if g.rights != "" {
		rights += ", " + g.rights
	}
	return "GRANT " + rights + " ON " + quoted(database) + "." + quoted(g.table) + " TO " + to + ";"
}

// quoted is a name as MySQL quotes it.
func quoted(name string) string { return "`" + strings.ReplaceAll(name, "`", "``") + "`" }

// plainAccount is user@host with nothing that would have to be escaped.
var plainAccount = regexp.MustCompile(`^([A-Za-z0-9_.-]{1,80})@([A-Za-z0-9_.:%/-]{1,255})$`)

// Account is user@host as SQL spells it. models.Invalid: it is no such thing.
func Account(user string) (string, error) {
	part := plainAccount.FindStringSubmatch(user)
	if part == nil {
		return "", models.Errorf(models.Invalid, "bad_user", "%q is not USER@HOST, such as pingyi@127.0.0.1 or pingyi@%%", user)
	}
	return "'" + part[1] + "'@'" + part[2] + "'", nil
}

// Grants are the statements that give the user of a server, user@host, its rights on
// the database; none on SQLite, which knows no users. They hold no password.
// models.Invalid: user is not user@host.
func (db *DB) Grants(ctx context.Context, user string) ([]string, error) {
	if !db.Dialect().IsMySQL() {
		return nil, nil
	}
	to, err := Account(user)
	if err != nil {
		return nil, err
	}
	var database string
	if err := db.readSQL.QueryRowContext(ctx, "SELECT DATABASE()").Scan(&database); err != nil {
		return nil, Fail("grants", err)
	}
	var list []string
	for _, g := range grants() {
		list = append(list, g.statement(database, to))
	}
	return list, nil
}

// CheckGrants asks whether this program's user may read every table of the schema. A
// table of a new release has to be granted before a server can use it.
// models.Forbidden: it may not.
func (db *DB) CheckGrants(ctx context.Context) error {
	if !db.Dialect().IsMySQL() {
		return nil
	}
	var parts []string
	for _, g := range grants() {
		parts = append(parts, "SELECT 1 FROM "+g.table+" WHERE 1=0")
	}
	rows, err := db.readSQL.QueryContext(ctx, strings.Join(parts, " UNION ALL "))
	if err == nil {
		defer func() { _ = rows.Close() }() // there is no row
		return Fail("check the rights", rows.Err())
	}
	if lacksRight(err) {
		return models.Errorf(models.Forbidden, "rights_missing",
			"the user of PINGYI_DATABASE lacks a right on a table; run the statements that pingyi migrate --grants USER@HOST prints")
	}
	return Fail("check the rights", err)
}

// MayAlterEvidence reports whether the user may update or delete a rating. Nothing is
// changed.
func (db *DB) MayAlterEvidence(ctx context.Context) (bool, error) {
	if !db.Dialect().IsMySQL() {
		return false, nil // there, who opens the file may do everything
	}
	for _, sql := range []string{"UPDATE ratings SET unit=unit WHERE 1=0", "DELETE FROM ratings WHERE 1=0"} {
		_, err := db.sql.ExecContext(ctx, sql)
		switch {
		case err == nil:
			return true, nil
		case !lacksRight(err):
			return false, Fail("check the rights", err)
		}
	}
	return false, nil
}
