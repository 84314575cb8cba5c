package main

import (
	"strings"
	"testing"
)

// execute runs statements behind the program's back.
func (w *world) execute(t *testing.T, statements ...string) {
	t.Helper()
	db := w.sql(t)
	for _, s := range statements {
		if _, err := db.ExecContext(t.Context(), s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
}

// alteration is what somebody who may write to the database does: tables, index and
// tallies agree afterwards.
type alteration struct {
	what, want string
	statements []string
}

const five = "(SELECT rating FROM live_ratings WHERE unit IN ('A11','A12','A13','A14','A15'))"

// insertedRating puts a rating of A20 in, as a server would, but for its effect.
var insertedRating = []string{
	"INSERT INTO ratings (tenant,campaign,id,channel,account,unit,window_code,serial,person,answers,receipt,platform_at,received_at) " +
		"SELECT tenant,campaign,X'0102030405060708090A0B0C0D0E0F01',channel,account,'A20','','',X'0102030405060708090A0B0C0D0E0F02','11111','7K3M-Q9XA-2T4P-0001',platform_at,received_at FROM ratings WHERE unit = 'A03'",
	"INSERT INTO live_ratings (tenant,campaign,channel,unit,person,rating,answers) SELECT tenant,campaign,channel,unit,person,id,answers FROM ratings WHERE unit = 'A20'",
	"INSERT INTO tallies (tenant,campaign,channel,unit,received,live,ratings,d1_l1,d2_l1,d3_l1,d4_l1,d5_l1) SELECT tenant,campaign,channel,unit,1,1,1,1,1,1,1,1 FROM ratings WHERE unit = 'A20'",
}

func alterations() []alteration {
	return []alteration{
		{"levels in three tables", "mobile A03 proofs_wrong", []string{
			"UPDATE ratings SET answers = '11111' WHERE unit = 'A03'", "UPDATE live_ratings SET answers = '11111' WHERE unit = 'A03'",
			"UPDATE tallies SET d1_l5=0,d2_l5=0,d3_l5=0,d4_l5=0,d5_l5=0,d1_l1=1,d2_l1=1,d3_l1=1,d4_l1=1,d5_l1=1 WHERE unit = 'A03'",
		}},
		{"a rating without an effect", "mobile A20 ratings_without_effect", insertedRating},
		{"a complaint deleted", "effects_without_complaint", []string{
			"DELETE FROM complaint_events", "DELETE FROM complaints", "UPDATE tallies SET complaints_received = 0",
		}},
		{"five exclusions", "mobile A13 proofs_missing", []string{
			"INSERT INTO rating_exclusions (tenant,campaign,rating,seq,reason,note,by_name,approved_by,happened_at) " +
				"SELECT tenant,campaign,id,1,'by_hand','','a','b',received_at FROM ratings WHERE id IN " + five,
			"UPDATE tallies SET excluded=1,live=0,ratings=0,d1_l5=0,d2_l5=0,d3_l5=0,d4_l5=0,d5_l5=0 WHERE unit IN ('A11','A12','A13','A14','A15')",
			"DELETE FROM live_ratings WHERE unit IN ('A11','A12','A13','A14','A15')",
		}},
		{"a proof taken away", "mobile A04 proofs_missing", []string{"UPDATE effects SET proof = NULL WHERE ref IN (SELECT id FROM ratings WHERE unit = 'A04')"}},
		{"a proof of another", "mobile A05 proofs_wrong", []string{
			"UPDATE effects SET proof = X'" + strings.Repeat("00", 32) + "' WHERE ref IN (SELECT id FROM ratings WHERE unit = 'A05')",
		}},
	}
}

// evidenceOf rates and complains so that every alteration finds its rows.
func evidenceOf(t *testing.T, in *instance) {
	t.Helper()
	for _, unit := range []string{"A03", "A04", "A05", "A11", "A12", "A13", "A14", "A15"} {
		in.phone().rate(unit, "55555")
	}
	c := in.follows(t)
	c.on(c.complain("教育局", "匿名"), "编号：")
}

// Who may write to the database alters tables, index and tallies alike; the proofs
// he cannot make.
func TestRecount_evidenceAltered_exits1AndNamesIt(t *testing.T) {
	databases(t, func(t *testing.T, w *world) {
		in := w.serve()
		evidenceOf(t, in)
		in.stop()
		contains(t, w.must("recount"), "2017: every tally equals", "every rating and complaint has its effect", "rows have a right proof")
		list := alterations()
		for i, a := range list {
			w.execute(t, a.statements...)
			out, errs, code := w.command("recount")
			if code != exitFailed || !strings.Contains(out, a.want) {
				t.Errorf("%s: exit code %d, %q is not in\n%s%s", a.what, code, a.want, out, errs)
			}
			contains(t, out, "2017: every tally equals") // nothing else differs
			for _, earlier := range list[:i] {
				contains(t, out, earlier.want)
			}
		}
		if strings.Contains(w.must("exclusions", "list", "--campaign", "2017", "--channel", "social"), "exclude") {
			t.Error("exclusions of mobile are listed as social's")
		}
		excluded := w.must("exclusions", "list", "--campaign", "2017")
		if n := strings.Count(excluded, "\tmobile\t"); n != 5 {
			t.Errorf("%d exclusions are listed, want 5\n%s", n, excluded)
		}
	})
}

func TestRecount_withoutTheSecret_saysWhatWasNotChecked(t *testing.T) {
	w := newWorld(t)
	in := w.serve()
	evidenceOf(t, in)
	in.stop()
	secret := w.env["PINGYI_SECRET"]
	w.env["PINGYI_ENV"], w.env["PINGYI_REDIS"], w.env["PINGYI_PUBLIC_URL"] = "production", "redis://127.0.0.1:6379/0", "https://pingyi.example.cn"
	delete(w.env, "PINGYI_SECRET")
	w.execute(t, "UPDATE installation SET kind = 'production'")
	out := w.must("recount")
	contains(t, out, "2017: every tally equals", "without PINGYI_SECRET no proof was checked")
	if strings.Contains(out, "right proof") {
		t.Errorf("proofs were checked without their key\n%s", out)
	}
	w.execute(t, insertedRating...)
	if out, _, code := w.command("recount"); code != exitFailed || !strings.Contains(out, "A20 ratings_without_effect") {
		t.Errorf("what needs no secret: exit code %d\n%s", code, out)
	}
	for _, command := range [][]string{{"migrate", "--attest"}, {"units", "list"}} {
		if _, errs, code := w.command(command...); code != exitUsage || !strings.Contains(errs, "PINGYI_SECRET") {
			t.Errorf("%v without the secret: exit code %d\n%s", command, code, errs)
		}
	}
	w.env["PINGYI_SECRET"] = secret + " of somebody else"
	if out, _, code := w.command("recount"); code == exitDone {
		t.Errorf("with another secret: exit code %d\n%s", code, out)
	}
	w.env["PINGYI_SECRET"] = secret
	w.execute(t, "DELETE FROM wrapped_keys WHERE name LIKE 'proof%'")
	if out, _, code := w.command("recount"); code != exitFailed || !strings.Contains(out, "A03 proofs_wrong") {
		t.Errorf("without the key of proofs: exit code %d\n%s", code, out)
	}
}

// before makes the database one of the version before proofs.
func (w *world) before(t *testing.T) {
	t.Helper()
	answers := "UPDATE effects SET answer = (SELECT a.answer FROM effect_answers a WHERE a.id = effects.id), proof = NULL"
	w.execute(t, answers, "DELETE FROM effect_answers", "DELETE FROM attestations", "DELETE FROM wrapped_keys WHERE name LIKE 'proof%'",
		"UPDATE rating_ends SET proof = NULL", "UPDATE rating_exclusions SET proof = NULL", "UPDATE complaint_events SET proof = NULL")
	w.unbound(t)
}

func TestAttest_databaseOfBefore_isCoveredAndServesOn(t *testing.T) {
	databases(t, func(t *testing.T, w *world) {
		in := w.serve()
		c := in.follows(t)
		c.rate("A06", "44444")
		confirmed := c.last
		evidenceOf(t, in)
		in.stop()
		w.before(t)

		out := w.must("recount")
		contains(t, out, "2017: every tally equals", "10 rows of before carry no proof", "pingyi migrate --attest")
		b := w.serve() // before it is attested
		b.phone().rate("A07", "33333")
		contains(t, w.must("recount"), "10 rows of before carry no proof", "1 rows have a right proof")
		contains(t, w.must("migrate", "--attest"), "default: 10 rows of before there were proofs are attested", "complaint 1, rating 9", "sha256 of the attested rows")
		b.phone().rate("A08", "33333") // the same server, under the key of before
		contains(t, w.must("migrate", "--attest"), "10 rows were attested on")
		contains(t, w.must("recount"), "2 rows have a right proof", "10 rows of before there were proofs are as they were attested on")

		again, err := b.Redeliver(t.Context(), confirmed)
		if err != nil || again.Plain != confirmed.Plain {
			t.Errorf("a repeat of before is answered\n%s\nfirst\n%s\n%v", again.Plain, confirmed.Plain, err)
		}
		b.stop()
		d := w.serve()
		d.phone().rate("A09", "33333")
		contains(t, w.must("recount"), "3 rows have a right proof")
		d.stop()
		w.execute(t, "UPDATE ratings SET answers = '11111' WHERE unit = 'A06'", "UPDATE live_ratings SET answers = '11111' WHERE unit = 'A06'",
			"UPDATE tallies SET d1_l4=0,d2_l4=0,d3_l4=0,d4_l4=0,d5_l4=0,d1_l1=1,d2_l1=1,d3_l1=1,d4_l1=1,d5_l1=1 WHERE unit = 'A06'")
		if out, _, code := w.command("recount"); code != exitFailed || !strings.Contains(out, "mobile A06 rows_as_attested") {
			t.Errorf("exit code %d\n%s", code, out)
		}
		w.execute(t, "DELETE FROM attestations")
		if out, _, code := w.command("recount"); code != exitFailed || !strings.Contains(out, "A03 proofs_missing") {
			t.Errorf("without the attestation: exit code %d\n%s", code, out)
		}
	})
}
