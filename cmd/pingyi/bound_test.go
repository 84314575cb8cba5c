package main

import (
	"bytes"
	"strings"
	"testing"

	"pingyi/models"
	"pingyi/seal"
	"pingyi/service/keys"
)

// rootOf is the wrapped key of the tenant as it is stored.
func (w *world) rootOf(t *testing.T) (wrapped []byte) {
	t.Helper()
	row := w.sql(t).QueryRowContext(t.Context(), "SELECT wrapped FROM wrapped_keys WHERE tenant = 'default' AND name = ?", models.TenantKey)
	if err := row.Scan(&wrapped); err != nil {
		t.Fatal(err)
	}
	return wrapped
}

func (w *world) setRoot(t *testing.T, wrapped []byte) {
	t.Helper()
	if _, err := w.sql(t).ExecContext(t.Context(), "UPDATE wrapped_keys SET wrapped = ? WHERE tenant = 'default' AND name = ?", wrapped, models.TenantKey); err != nil {
		t.Fatal(err)
	}
}

// unbound makes the key of the tenant one of a version that bound none.
func (w *world) unbound(t *testing.T) {
	t.Helper()
	wrapper, err := seal.NewWrapper(w.env["PINGYI_SECRET"], "")
	if err != nil {
		t.Fatal(err)
	}
	key, _, err := wrapper.Unwrap(w.rootOf(t), "default/"+models.TenantKey)
	if err != nil {
		t.Fatal(err)
	}
	w.setRoot(t, wrapper.Wrap(key, "default/"+models.TenantKey))
}

// proofsGone is what somebody does who may write to the database, so that all rows
// pass for rows of before there were proofs.
var proofsGone = []string{
	"UPDATE effects SET proof = NULL", "UPDATE rating_ends SET proof = NULL", "UPDATE rating_exclusions SET proof = NULL", "UPDATE complaint_events SET proof = NULL",
	"DELETE FROM attestations", "DELETE FROM wrapped_keys WHERE name LIKE 'proof%'",
	"UPDATE ratings SET answers = '11111' WHERE unit = 'A03'", "UPDATE live_ratings SET answers = '11111' WHERE unit = 'A03'",
	"UPDATE tallies SET d1_l5=0,d2_l5=0,d3_l5=0,d4_l5=0,d5_l5=0,d1_l1=1,d2_l1=1,d3_l1=1,d4_l1=1,d5_l1=1 WHERE unit = 'A03'",
}

// named checks that a recount names the rows without proofs, and that nothing makes
// them pass.
func (w *world) named(t *testing.T, lines ...string) {
	t.Helper()
	out, errs, code := w.command("recount")
	if code != exitFailed {
		t.Fatalf("recount: exit code %d\n%s%s", code, out, errs)
	}
	contains(t, out, append(lines, "2017: every tally equals", "mobile A03 proofs_missing", "key_missing")...)
	if strings.Contains(out, "rows of before carry no proof") {
		t.Errorf("rows without a proof pass for rows of before\n%s", out)
	}
	if out, errs, code := w.command("migrate", "--attest"); code != exitFailed || !strings.Contains(errs, "is missing") {
		t.Errorf("migrate --attest: exit code %d\n%s%s", code, out, errs)
	}
	if _, errs, code := w.command("serve"); code != exitFailed || !strings.Contains(errs, "is missing") {
		t.Errorf("serve: exit code %d\n%s", code, errs)
	}
}

func TestBound_everyProofAndTheirKeyGone_isNamedAndStopsTheStart(t *testing.T) {
	databases(t, func(t *testing.T, w *world) {
		in := w.serve()
		evidenceOf(t, in)
		in.stop()
		w.must("recount")
		root := w.rootOf(t)
		w.execute(t, proofsGone...)
		w.named(t, "("+keys.ProofsKey+")")
		w.execute(t, "DELETE FROM wrapped_keys")
		w.named(t, "("+models.TenantKey+")")

		db := w.sql(t)
		if _, err := db.ExecContext(t.Context(), "INSERT INTO wrapped_keys (tenant,name,wrapped,created_at) VALUES ('default','tenant',?,'2026-01-01 00:00:00.000')", root); err != nil {
			t.Fatal(err)
		}
		altered := bytes.Clone(root)
		altered[1] ^= 1 // no longer bound, as far as bytes go
		w.setRoot(t, altered)
		if out, _, code := w.command("recount"); code != exitFailed {
			t.Errorf("the key altered: exit code %d\n%s", code, out)
		}
		if _, errs, code := w.command("serve"); code != exitUsage || !strings.Contains(errs, "PINGYI_SECRET") {
			t.Errorf("the key altered: serve ends with %d\n%s", code, errs)
		}
	})
}

// A tenant that a version before attested, or whose rows all have proofs under its
// key, is bound by migrate, and by a server.
func TestBound_attestedByTheVersionBefore_byMigrateAndByAServer(t *testing.T) {
	databases(t, func(t *testing.T, w *world) {
		in := w.serve()
		evidenceOf(t, in)
		in.stop()
		right := w.must("recount")
		contains(t, right, "rows have a right proof")
		for _, how := range []string{"migrate", "serve"} {
			w.unbound(t)
			if how == "migrate" {
				w.must("migrate")
			} else {
				in := w.serve()
				eventually(t, "the tenant is bound", func() bool { return seal.Bound(w.rootOf(t)) })
				in.stop()
			}
			if !seal.Bound(w.rootOf(t)) {
				t.Fatalf("not bound by %s", how)
			}
			if again := w.must("recount"); again != right {
				t.Errorf("recount says\n%s\nand before\n%s", again, right)
			}
		}
		w.execute(t, proofsGone...)
		w.named(t)
	})
}

// Who attests a tenant of before binds it; the attestation cannot be begun anew.
func TestBound_attestedNow_isNotAttestedAgain(t *testing.T) {
	w := newWorld(t)
	in := w.serve()
	evidenceOf(t, in)
	in.stop()
	w.before(t)
	w.must("migrate")
	if seal.Bound(w.rootOf(t)) {
		t.Fatal("bound with rows that nobody attested")
	}
	contains(t, w.must("recount"), "9 rows of before carry no proof")
	contains(t, w.must("migrate", "--attest"), "9 rows of before there were proofs are attested")
	w.must("recount")
	w.execute(t, "DELETE FROM attestations")
	if _, errs, code := w.command("migrate", "--attest"); code != exitFailed || !strings.Contains(errs, "not attested") {
		t.Errorf("attested a second time: exit code %d\n%s", code, errs)
	}
	if out, _, code := w.command("recount"); code != exitFailed || !strings.Contains(out, "A03 proofs_missing") {
		t.Errorf("exit code %d\n%s", code, out)
	}
}

func TestBound_anotherSecret_keepsIt(t *testing.T) {
	w := newWorld(t)
	in := w.serve()
	evidenceOf(t, in)
	in.stop()
	root := w.rootOf(t)
	w.env["PINGYI_SECRET"], w.env["PINGYI_SECRET_PREVIOUS"] = testSecret+" another", w.env["PINGYI_SECRET"]
	in = w.serve()
	eventually(t, "the key is wrapped anew", func() bool { return !bytes.Equal(root, w.rootOf(t)) })
	in.stop()
	if !seal.Bound(w.rootOf(t)) {
		t.Error("a key that was wrapped anew is bound no more")
	}
	w.must("recount")
}
