package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"

	"pingyi/complaints"
	"pingyi/models"
	"pingyi/scoring"
	"pingyi/social"
)

// TestGrants_everyTableOfTheSchema_hasItsRights fails where a migration adds a table
// whose rights nobody thought of.
func TestGrants_everyTableOfTheSchema_hasItsRights(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB) {
		query := "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
		if db.dialect.isMySQL() {
			query = "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE()"
		}
		tables := texts(t, db.sql, query)
		var granted []string
		for _, g := range grants() {
			granted = append(granted, g.table)
		}
		slices.Sort(tables)
		slices.Sort(granted)
		if !slices.Equal(tables, granted) {
			t.Errorf("tables of the schema\n%v\nand of the grants\n%v", tables, granted)
		}
	})
}

// TestGrants_evidence_isAddedToAlone names the evidence once more, so that no right on
// it is slipped in.
func TestGrants_evidence_isAddedToAlone(t *testing.T) {
	rights := map[string]string{}
	for _, g := range grants() {
		rights[g.table] = g.rights
	}
	for _, table := range []string{
		"effects", "ratings", "rating_ends", "rating_reasons", "rating_provenances", "rating_withdrawals", "rating_exclusions", "complaints",
		"complaint_events", "public_ratings", "public_seals", "social_readings", "social_retractions", "poll_results",
	} {
		if got, found := rights[table]; !found || got != "INSERT" {
			t.Errorf("%s: %q, want INSERT alone", table, got)
		}
	}
	if rights["attestations"] != "" {
		t.Errorf("attestations: %q; they are made by migrate --attest alone", rights["attestations"])
	}
	if strings.Contains(rights["wrapped_keys"], "DELETE") {
		t.Error("a key of persons could be deleted with its row")
	}
}

func TestGrants_user_isUserAndHostAndNothingElse(t *testing.T) {
	for _, good := range []string{"pingyi@127.0.0.1", "pingyi@%", "pingyi_2@10.0.0.0/255.255.255.0", "pingyi@::1", "pingyi@localhost"} {
		if _, err := Account(good); err != nil {
			t.Errorf("%s: %v", good, err)
		}
	}
	for _, bad := range []string{"", "pingyi", "pingyi@", "@%", "pi'ngyi@%", "pingyi@% IDENTIFIED BY 'x'", "a@b; DROP TABLE ratings", "a@b\nc", `a\@b`} {
		if _, err := Account(bad); models.KindOf(err) != models.Invalid {
			t.Errorf("%q: %v, want invalid", bad, err)
		}
	}
}

// secondUser makes a user with the rights that migrate prints, and opens the database
// as it; owner is the migrated database.
func secondUser(t testing.TB, url string, owner *DB) *DB {
	t.Helper()
	c, err := mysql.ParseDSN(strings.TrimPrefix(url, "mysql:"))
	if err != nil {
		t.Fatal(err)
	}
	user := "pingyi_" + newID(t).String()[:12]
	list, err := owner.Grants(t.Context(), user+"@%")
	if err != nil {
		t.Fatal(err)
	}
	c.User, c.Passwd = user, newID(t).String()
	if _, err := owner.sql.ExecContext(t.Context(), "CREATE USER '"+user+"'@'%' IDENTIFIED BY '"+c.Passwd+"'"); err != nil {
		t.Skip("the user of PINGYI_TEST_MYSQL_DSN may not make users: ", err)
	}
	for _, s := range list {
		if _, err := owner.sql.ExecContext(t.Context(), s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
	t.Cleanup(func() {
		if _, err := owner.sql.ExecContext(context.Background(), "DROP USER '"+user+"'@'%'"); err != nil {
			t.Error(err)
		}
	})
	return openURL(t, "mysql:"+c.FormatDSN())
}

// TestGrants_serverAsTheSecondUser_doesEverythingButChangeEvidence: the flows of a
// server and of its upkeep as the user with the printed rights, then what MariaDB
// refuses it.
func TestGrants_serverAsTheSecondUser_doesEverythingButChangeEvidence(t *testing.T) {
	url := mysqlURL(t)
	owner := migrated(t, url)
	db := secondUser(t, url, owner)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	ctx, now := t.Context(), inside.Add(time.Hour)
	must(db.CheckGrants(ctx))
	must(db.RecordInstallation(ctx, ProductionInstallation, now))
	must(db.EnsureTenant(ctx, tenant, "市", now))
	must(db.EnsureTenant(ctx, tenant, "市", now))
	must(db.AddMethod(ctx, Method{Tenant: tenant, ID: "m/1", Body: []byte("{}"), CreatedAt: now}))
	must(db.AddMethod(ctx, Method{Tenant: tenant, ID: "m/1", Body: []byte("{}"), CreatedAt: now}))
	must(db.ApproveMethod(ctx, tenant, "m/1", "office", now))
	withCampaign(t, db, 3)
	if _, err := db.ApproveCampaign(ctx, tenant, campaign, "office", "test", now); err != nil {
		t.Fatal(err)
	}
	draft := Campaign{
		Tenant: tenant, ID: "draft", Title: "d", Definition: []byte("{}"), From: closes, To: closes.Add(time.Hour), CreatedAt: now,
		Units: []models.Unit{{Code: "A01"}}, Channels: []Channel{{models.Mobile, "10", "m/1", "gh_1"}},
	}
	must(db.CreateCampaign(ctx, draft))
	must(db.DeleteCampaign(ctx, tenant, "draft"))
	secondUserRates(t, db)
	secondUserFiles(t, db)
	secondUserReadsInPublic(t, db)
	secondUserKeeps(t, db)
	if _, err := db.Seal(ctx, tenant, campaign, closes.Add(2*time.Minute)); err != nil {
		t.Fatal(err)
	}
	if _, err := db.SealPublic(ctx, tenant, campaign, closes.Add(240*time.Hour)); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Settle(ctx, tenant, campaign, closes.Add(300*time.Hour)); err != nil {
		t.Fatal(err)
	}
	must(db.Repair(ctx, tenant, campaign))
	wantSound(t, db)
	may, err := db.MayAlterEvidence(ctx)
	if err != nil || may {
		t.Errorf("the second user may alter evidence: %v, %v", may, err)
	}
	if may, err = owner.MayAlterEvidence(ctx); err != nil || !may {
		t.Errorf("the owner may alter evidence: %v, %v", may, err)
	}
	refusesTheRest(t, owner, db)
}

// secondUserRates: alone, in a group, replaced, repeated, taken back, excluded.
func secondUserRates(t *testing.T, db *DB) {
	t.Helper()
	w := writerOn(t, db, WriterOptions{})
	first := rating(t, "A01", "554")
	first.Provenance = scoring.Follower
	submit(t, w, first, scoring.Counted)
	submit(t, w, again(t, first), scoring.Repeat)
	second := change(t, first, "111")
	submit(t, w, second, scoring.Counted)
	late := rating(t, "A01", "555")
	late.PlatformAt, late.ReceivedAt = closes.Add(time.Second), closes.Add(2*time.Second)
	submit(t, w, late, scoring.TooLate)
	group := make(chan error, 40)
	var some []scoring.Submission
	for range cap(group) / 2 {
		s := rating(t, "A02", "543")
		some = append(some, s)
		for _, s := range []scoring.Submission{s, again(t, s)} { // twice at once: one is a repeat
			go func() {
				_, err := w.Submit(t.Context(), s)
				group <- err
			}()
		}
	}
	for range cap(group) {
		if err := <-group; err != nil {
			t.Error(err)
		}
	}
	if n := count(t, db, "ratings", "unit='A02'"); n != len(some) {
		t.Errorf("%d ratings of %d pushes", n, len(some))
	}
	for range 2 {
		ack, err := db.AddReason(t.Context(), scoring.Reason{
			Tenant: tenant, Receipt: second.Receipt, Person: second.Person, Reason: "attitude", Push: newID(t), ReceivedAt: inside.Add(time.Minute), Answer: []byte("a"),
		})
		if err != nil || ack.Verdict != scoring.Counted {
			t.Fatalf("%+v, %v", ack, err)
		}
	}
	back := scoring.Withdrawal{
		Tenant: tenant, Campaign: campaign, Unit: "A01", Channel: models.Mobile, Person: first.Person, Push: newID(t), Draft: newID(t),
		PlatformAt: inside.Add(time.Minute), ReceivedAt: inside.Add(time.Minute), Answer: []byte("a"),
	}
	for _, want := range []scoring.Verdict{scoring.Counted, scoring.Repeat} {
		if ack, err := db.Withdraw(t.Context(), back); err != nil || ack.Verdict != want {
			t.Fatalf("%+v, %v", ack, err)
		}
	}
	out := count(t, db, "live_ratings", "unit='A02'")
	act := Act{By: "a", ApprovedBy: "b", At: inside.Add(time.Hour)}
	var excluded models.ID
	for _, s := range some {
		done, err := db.Exclude(t.Context(), tenant, campaign, s.Rating, "robot", act)
		if err != nil {
			continue // another of the two pushes counted
		}
		if done {
			excluded = s.Rating
			break
		}
	}
	if excluded.IsZero() || count(t, db, "live_ratings", "unit='A02'") != out-1 {
		t.Fatal("no rating was excluded")
	}
	if done, err := db.Restore(t.Context(), tenant, campaign, excluded, "mistake", act); err != nil || !done {
		t.Fatal(done, err)
	}
}

// secondUserFiles: a complaint, its events, its codes, its end.
func secondUserFiles(t *testing.T, db *DB) {
	t.Helper()
	f := filing(t)
	f.SealedContact = []byte("sealed")
	file(t, db, f, complaints.Filed)
	repeat := f
	repeat.ID = newID(t)
	file(t, db, repeat, complaints.Repeat)
	yes := true
	for _, e := range []Event{{State: complaints.Answered, OnTime: &yes}, {State: complaints.Revisit, Satisfied: &yes}} {
		e.Tenant, e.Complaint, e.At = tenant, f.ID, inside.Add(2*time.Hour)
		if err := db.AddEvent(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := db.TicketByNo(t.Context(), tenant, newID(t), "20261122-9999", []byte("x"), inside); models.KindOf(err) != models.NotFound {
		t.Fatal(err)
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(db.Remember(t.Context(), Identity{Tenant: tenant, Account: "gh_1", Citizen: f.Citizen, SealedID: []byte("s"), SeenAt: inside}))
	must(db.Remember(t.Context(), Identity{Tenant: tenant, Account: "gh_1", Citizen: f.Citizen, SealedID: []byte("s"), SeenAt: inside.Add(time.Hour), Follows: &yes}))
	must(db.SetFollowing(t.Context(), tenant, "gh_1", f.Citizen, true, inside))
	must(db.SetFollowing(t.Context(), tenant, "gh_1", f.Citizen, false, inside.Add(time.Minute)))
	if done, err := db.ReplaceComplaintKey(t.Context(), tenant, f.ID, f.WrappedKey, []byte("other")); err != nil || !done {
		t.Fatal(done, err)
	}
	must(db.DestroyComplaint(t.Context(), tenant, f.ID))
	must(db.Erase(t.Context(), tenant, "gh_1", f.Citizen))
}

// secondUserReadsInPublic: texts, readings, ratings of texts, a text that was deleted.
func secondUserReadsInPublic(t *testing.T, db *DB) {
	t.Helper()
	ctx, a, now := t.Context(), social.Account{Tenant: tenant, ID: "wb_1"}, inside
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	for range 2 {
		if _, err := db.Spend(ctx, a, "2026-11-22", "feed", 10); err != nil {
			t.Fatal(err)
		}
		if _, err := db.Lease(ctx, a, "reader", named("holder"), now, now.Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
		must(db.SaveAccount(ctx, a, SealedAccount{Citizen: named("author"), Sealed: []byte("s")}, now))
		must(db.NoteToken(ctx, a, named("token"), now, now))
		if _, err := db.MayAnswer(ctx, a, named("author"), "20261122", "counted", named("text")); err != nil {
			t.Fatal(err)
		}
	}
	item := social.Item{ID: named("text"), Kind: "mention", Feed: "mentions", Author: named("author"), Sealed: []byte("s"), At: now, FetchedAt: now}
	must(db.Keep(ctx, a, social.Keep{Cursor: "mentions", State: []byte("1"), Items: []social.Item{item}, Round: 1}))
	must(db.Keep(ctx, a, social.Keep{Cursor: "mentions", Version: 1, State: []byte("2"), Items: []social.Item{item}, Round: 2}))
	s := rating(t, "A03", "5")
	s.Channel, s.Account, s.Source, s.Answer = models.Social, "wb_1", item.ID, nil
	submit(t, writerOn(t, db, WriterOptions{}), s, scoring.Counted)
	read := []social.Reading{{Item: item.ID, Outcome: social.Counted, Campaign: campaign, Unit: "A03", Level: 5, Rating: s.Rating, At: now}}
	must(db.WriteDown(ctx, a, read))
	must(db.WriteDown(ctx, a, read))
	for _, want := range []bool{true, false} {
		if done, err := db.Retract(ctx, tenant, "wb_1", campaign, item.ID, now.Add(time.Minute)); err != nil || done != want {
			t.Fatal(done, err)
		}
	}
	p := social.PollRecord{Tenant: tenant, ID: named("poll"), Campaign: campaign, Title: "p", Signer: "s", EnteredAt: now}
	for _, want := range []bool{true, false} {
		if _, added, err := db.AddPollResult(ctx, p); err != nil || added != want {
			t.Fatal(added, err)
		}
	}
}

// secondUserKeeps: keys, the register, codes, API keys, sweeps, what /readyz asks.
func secondUserKeeps(t *testing.T, db *DB) {
	t.Helper()
	ctx, now := t.Context(), inside
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	for range 2 {
		if _, err := db.AddKey(ctx, tenant, "some", []byte("wrapped")); err != nil {
			t.Fatal(err)
		}
		must(db.ImportUnits(ctx, tenant, []models.Unit{{Code: "A01", Name: "单位", Class: "政府部门", Type: models.Government}}, now))
		must(db.EnsureScenes(ctx, tenant, "gh_1", []string{"u:A01"}, now))
		must(db.Sweep(ctx, now.Add(72*time.Hour)))
		must(db.SweepAnswers(ctx, now.Add(400*time.Hour)))
		must(db.Ready(ctx))
	}
	if _, err := db.AddPersonKey(ctx, models.PersonKey{Tenant: tenant, Campaign: campaign, Channel: models.Social, Account: "none"}, []byte("wrapped")); err != nil {
		t.Fatal(err)
	}
	if done, err := db.ReplaceKey(ctx, tenant, "some", []byte("wrapped"), []byte("anew")); err != nil || !done {
		t.Fatal(done, err)
	}
	must(db.DestroyKey(ctx, tenant, "some", now))
	k := APIKey{ID: newID(t), Tenant: tenant, Name: "k", Role: models.RoleOffice, Hash: []byte("hash"), CreatedAt: now, Units: []string{"A01"}}
	must(db.CreateAPIKey(ctx, k))
	other := k
	other.ID = newID(t)
	if err := db.CreateAPIKey(ctx, other); models.KindOf(err) != models.Conflict {
		t.Fatal(err)
	}
	must(db.UsedAPIKey(ctx, &k, now))
	must(db.RevokeAPIKey(ctx, tenant, k.ID, now))
	must(db.TakeComplaints(ctx, tenant, true))
	if _, err := db.Clock(ctx); err != nil {
		t.Fatal(err)
	}
	if needs, err := db.NeedsMigration(ctx); err != nil || needs {
		t.Fatal(needs, err)
	}
}

// columnsOf are the columns that a right names, or "" for all of a table.
var columnsOf = regexp.MustCompile(`UPDATE(?: \(([a-z_, ]+)\))?`)

// refusesTheRest tries every column and every table, and what would change the schema.
func refusesTheRest(t *testing.T, owner, db *DB) {
	t.Helper()
	before := map[string]string{}
	for _, g := range grants() {
		columns := texts(t, owner.sql, "SELECT column_name FROM information_schema.columns WHERE table_schema=DATABASE() AND table_name=?", g.table)
		before[g.table] = checksum(t, owner, g.table)
		may := columnsOf.FindStringSubmatch(g.rights)
		for _, c := range columns {
			allowed := may != nil && (may[1] == "" || slices.Contains(strings.Split(may[1], ", "), c))
			wantRight(t, db, allowed, fmt.Sprintf("UPDATE %s SET %s=%s WHERE 1=0", g.table, c, c))
		}
		wantRight(t, db, strings.Contains(g.rights, "DELETE"), "DELETE FROM "+g.table+" WHERE 1=0")
		wantRight(t, db, strings.Contains(g.rights, "INSERT"), "INSERT INTO "+g.table+" SELECT * FROM "+g.table+" WHERE 1=0")
		for _, ddl := range []string{"ALTER TABLE %s ADD COLUMN x INT", "DROP TABLE %s", "TRUNCATE %s", "CREATE TRIGGER x BEFORE INSERT ON %s FOR EACH ROW SET @x=1", "CREATE INDEX x ON %s (" + columns[0] + ")"} {
			wantRight(t, db, false, fmt.Sprintf(ddl, g.table))
		}
	}
	wantRight(t, db, false, "CREATE TABLE more (id INT)")
	after := map[string]string{}
	for table := range before {
		after[table] = checksum(t, owner, table)
	}
	if !maps.Equal(before, after) {
		t.Error("a refused statement changed something")
	}
	// The kind that matters, on rows that are there.
	for _, s := range []string{
		"UPDATE ratings SET answers='555'", "DELETE FROM rating_withdrawals", "UPDATE effects SET proof=NULL", "DELETE FROM rating_exclusions", "UPDATE complaint_events SET on_time=1",
		"UPDATE poll_results SET body='[]'", "DELETE FROM wrapped_keys", "UPDATE attestations SET row_count=0", "REPLACE INTO rating_ends SELECT * FROM rating_ends",
		"INSERT INTO ratings SELECT * FROM ratings ON DUPLICATE KEY UPDATE answers='555'",
	} {
		wantRight(t, db, false, s)
	}
}

func wantRight(t *testing.T, db *DB, allowed bool, statement string) {
	t.Helper()
	_, err := db.sql.ExecContext(t.Context(), statement)
	var refused *mysql.MySQLError
	if lacks := errors.As(err, &refused) && (refused.Number == 1142 || refused.Number == 1143); lacks == allowed {
		t.Errorf("%s: %v, allowed %v", statement, err, allowed)
	}
}

func checksum(t *testing.T, db *DB, table string) string {
	t.Helper()
	var name string
	var sum sql.NullString
	if err := db.sql.QueryRowContext(t.Context(), "CHECKSUM TABLE "+table).Scan(&name, &sum); err != nil {
		t.Fatal(err)
	}
	return sum.String
}

func texts(t *testing.T, db *sql.DB, query string, args ...any) (list []string) {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), query, args...)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			t.Fatal(err)
		}
		list = append(list, s)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return list
}

// TestSubmit_aKeyIsTakenMeanwhile_isARepeatAndTheOthersCount: the keys of some of a
// group are taken by transactions that commit while the group waits for them.
func TestSubmit_aKeyIsTakenMeanwhile_isARepeatAndTheOthersCount(t *testing.T) {
	db := migrated(t, mysqlURL(t))
	withCampaign(t, db, 1)
	subs := []scoring.Submission{rating(t, "A01", "555"), rating(t, "A01", "444"), rating(t, "A01", "333"), rating(t, "A01", "222")}
	hold := func(push, draft models.ID) *sql.Tx {
		t.Helper()
		tx, err := db.sql.BeginTx(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		r := newID(t)
		if _, err := tx.ExecContext(t.Context(), effectInsert+tuples(1, effectWidth), tenant, raw(push), raw(draft), raw(r), kindRating, raw(r), []byte("before"), nil, text(inside)); err != nil {
			t.Fatal(err)
		}
		return tx
	}
	byPush, byDraft := hold(subs[0].Push, newID(t)), hold(newID(t), subs[1].Draft)
	given := hold(subs[2].Push, newID(t)) // rolled back: its push counts
	w := NewWriter(db, WriterOptions{Writers: 1})
	acks := make([]scoring.Ack, len(subs))
	errs := make(chan error, len(subs))
	for i := range subs {
		go func() {
			ack, err := w.Submit(t.Context(), subs[i])
			acks[i] = ack
			errs <- err
		}()
	}
	for len(w.queue) < len(subs) { // one group
		time.Sleep(time.Millisecond)
	}
	go func() { _ = w.Run() }()
	defer w.Close()
	for _, tx := range []interface{ Commit() error }{byPush, byDraft} {
		time.Sleep(300 * time.Millisecond) // the group waits for the key by now
		if err := tx.Commit(); err != nil {
			t.Fatal(err)
		}
	}
	time.Sleep(300 * time.Millisecond)
	if err := given.Rollback(); err != nil {
		t.Fatal(err)
	}
	for range subs {
		if err := <-errs; err != nil {
			t.Fatal(err)
		}
	}
	want := []scoring.Verdict{scoring.Repeat, scoring.DraftDone, scoring.Counted, scoring.Counted}
	for i, v := range want {
		if acks[i].Verdict != v {
			t.Errorf("submission %d: %+v, want %d", i, acks[i], v)
		}
	}
	if n := count(t, db, "ratings", "1=1"); n != 2 {
		t.Errorf("%d ratings, want 2", n)
	}
}

// TestPages_noGrantAllAndNoPasswordOnACommandLine: what an operator copies from a page
// grants no more than is needed, and shows no password to the machine's other users.
func TestPages_noGrantAllAndNoPasswordOnACommandLine(t *testing.T) {
	never := regexp.MustCompile(`(?i)\bGRANT ALL\b|MYSQL_PWD|--password|\bMYSQL_USER:|\b(?:mysql|mariadb)[a-z-]*\b[^|\n]* -p|redis-cli[^|\n]* -a |\b(?:mysql|mariadb) -e [^\n]*IDENTIFIED`)
	for _, said := range []string{"GRANT ALL ON x", "mysql -u root -psecret", "mariadb-dump --single-transaction -p x", "mariadb -e \"CREATE USER a IDENTIFIED BY 'x'\"", "redis-cli -a x"} {
		if !never.MatchString(said) {
			t.Errorf("%q would be taken", said)
		}
	}
	pages, err := filepath.Glob("../docs/*.md")
	if err != nil || len(pages) == 0 {
		t.Fatal(pages, err)
	}
	drills, err := filepath.Glob("../docs/drills/*.md")
	if err != nil {
		t.Fatal(err)
	}
	pages = append(append(pages, drills...), "../README.md", "../README.zh-CN.md", "../CONTRIBUTING.md", "../compose.yaml", "../config/pingyi.env.example")
	for _, page := range pages {
		if filepath.Base(page) == "proof.md" {
			continue // it says what stood on the others before
		}
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for i, line := range strings.Split(string(text), "\n") {
			if never.MatchString(line) {
				t.Errorf("%s:%d: %s", page, i+1, line)
			}
		}
	}
}
