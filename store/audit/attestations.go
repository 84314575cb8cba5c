package audit

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"hash"
	"maps"
	"slices"
	"strconv"
	"time"

	"gorm.io/gorm"

	"pingyi/models"
	"pingyi/scoring"
	"pingyi/store"
	"pingyi/store/proof"
)

// Attestation is what was attested of a tenant; see scoring.
type Attestation = scoring.Attestation

// digest sums up rows without a proof, in the order in which they are read.
type digest struct {
	rows int64
	hash hash.Hash
}

func newDigest() *digest { return &digest{hash: sha256.New()} }

func (d *digest) add(parts []string) {
	d.rows++
	for _, p := range parts {
		d.hash.Write(binary.BigEndian.AppendUint32(nil, uint32(len(p)))) //nolint:gosec // a column
		d.hash.Write([]byte(p))
	}
}

func (d *digest) sum() []byte { return d.hash.Sum(nil) }

func sameProof(a, b []byte) bool { return hmac.Equal(a, b) }

// attested is a row of attestations. The one without a kind stands for all of a
// tenant: its digest is over the digests of the others.
type attested struct {
	group
	rows          int64
	digest, proof []byte
	at            models.Time
}

func (a *attested) parts(tenant string) []string {
	return []string{"attestation", tenant, a.campaign, string(a.channel), a.unit, a.kind, strconv.FormatInt(a.rows, 10), string(a.digest), proof.TimeText(a.at.Time)}
}

func (a *attested) row(tenant string) models.Attestation {
	return models.Attestation{
		Tenant: tenant, Campaign: a.campaign, Channel: a.channel, Unit: a.unit, Kind: a.kind, RowCount: a.rows, Digest: a.digest, Proof: a.proof, AttestedAt: a.at,
	}
}

var attestationTable = store.TableOf[models.Attestation]()

// Attest covers the rows of a tenant that have no proof, once: by count and digest
// of each unit's rows of a kind. A row without a proof that comes later is a
// difference, and so is an attested one that is altered or gone. Where they were
// attested before, done is false, and the attestation is that one. bound: the tenant
// needs a proof of each row already. models.Conflict ("bound"): rows without one are
// there all the same, and the attestation that would cover them is not.
func (s *Store) Attest(ctx context.Context, tenant string, sign proof.Prover, bound bool, now time.Time) (a Attestation, done bool, err error) {
	var there []attested
	e, err := s.readEvidence(ctx, tenant, Proofs{}, nil, func(e *evidenceCheck, ctx context.Context) (err error) {
		there, err = e.readAttested(ctx)
		return err
	})
	if err != nil {
		return a, false, store.Fail("attest", err)
	}
	if len(there) > 0 {
		return attestationOf(there), false, nil
	}
	if bound && len(e.before) > 0 {
		return a, false, models.Errorf(models.Conflict, "bound",
			"each row of the tenant %s needs a proof by its key, and rows without one are there: they are not attested; pingyi recount names them", tenant)
	}
	list := e.attest(tenant, sign, now)
	err = s.db.Write(ctx, "attest", func(tx *gorm.DB) error {
		for i := range list {
			put := attestationTable.Put(tx, list[i].row(tenant), s.db.Dialect().OnConflictKeep("kind"))
			if put.Error != nil {
				return put.Error
			}
			if put.RowsAffected == 0 {
				return models.Errorf(models.Conflict, "attested", "another call is attesting the same rows; run it again")
			}
		}
		return nil
	})
	return attestationOf(list), true, err
}

// Unattested reports whether a tenant has effects without a proof and no attestation
// of any.
func (s *Store) Unattested(ctx context.Context, tenant string) (bool, error) {
	tx := s.db.Read(ctx)
	covered, err := store.AnyRow(tx, "SELECT tenant FROM attestations WHERE tenant=? LIMIT 1", tenant)
	if err != nil || covered {
		return false, store.Fail("unattested", err)
	}
	some, err := store.AnyRow(tx, "SELECT kind FROM effects WHERE tenant=? AND proof IS NULL LIMIT 1", tenant)
	return some, store.Fail("unattested", err)
}

// attest sums up the rows without a proof, in groups. The first row is the one for
// all: of two calls at once the second waits for it.
func (e *evidenceCheck) attest(tenant string, sign proof.Prover, now time.Time) []attested {
	list := []attested{{at: models.At(now)}}
	for g, d := range e.before {
		list = append(list, attested{group: g, rows: d.rows, digest: d.sum(), at: models.At(now)})
	}
	sortAttested(list)
	list[0].rows, list[0].digest = sumOf(tenant, list[1:])
	for i := range list {
		list[i].proof = sign(list[i].parts(tenant)...)
	}
	return list
}

// sortAttested sorts by key; the row for all comes first.
func sortAttested(list []attested) {
	slices.SortFunc(list, func(a, b attested) int {
		return cmp.Or(cmp.Compare(a.campaign, b.campaign), cmp.Compare(a.channel, b.channel), cmp.Compare(a.unit, b.unit), cmp.Compare(a.kind, b.kind))
	})
}

// sumOf is what the row for all says of the others.
func sumOf(tenant string, groups []attested) (rows int64, sum []byte) {
	whole := newDigest()
	for i := range groups {
		rows += groups[i].rows
		whole.add(groups[i].parts(tenant))
	}
	return rows, whole.sum()
}

func attestationOf(list []attested) Attestation {
	a := Attestation{At: list[0].at.Time, Rows: list[0].rows, Digest: list[0].digest, Kinds: map[string]int64{}}
	for _, g := range list[1:] {
		a.Kinds[g.kind] += g.rows
	}
	return a
}

func (e *evidenceCheck) readAttested(ctx context.Context) ([]attested, error) {
	var list []attested
	err := each(ctx, e.tx, func(r *sql.Rows) error {
		var a attested
		err := r.Scan(&a.campaign, &a.channel, &a.unit, &a.kind, &a.rows, &a.digest, &a.proof, &a.at)
		list = append(list, a)
		return err
	}, "SELECT campaign, channel, unit, kind, row_count, digest, proof, attested_at FROM attestations WHERE tenant=?", e.tenant)
	sortAttested(list)
	return list, err
}

// compareAttested compares the rows without a proof with what was attested.
func (e *evidenceCheck) compareAttested(ctx context.Context) error {
	list, err := e.readAttested(ctx)
	if err != nil {
		return err
	}
	left := maps.Clone(e.before)
	for i := range list {
		a := &list[i]
		if e.proofs.Checked && (e.proofs.Sign == nil || !sameProof(e.proofs.Sign(a.parts(e.tenant)...), a.proof)) {
			e.add(a.place, fieldAttestation, 1, 0)
		}
		if a.kind == "" {
			continue
		}
		e.compareGroup(a, left[a.group])
		delete(left, a.group)
	}
	if len(list) > 0 {
		e.compareWhole(list)
	}
	if len(list) > 0 || e.proofs.Attested {
		for g, d := range left {
			e.add(g.place, fieldProofMissing, d.rows, 0)
		}
	}
	return nil
}

func (e *evidenceCheck) compareGroup(a *attested, now *digest) {
	var rows int64
	if now != nil {
		rows = now.rows
	}
	switch {
	case rows > a.rows:
		e.add(a.place, fieldProofMissing, rows-a.rows, 0)
	case rows < a.rows:
		e.add(a.place, fieldAttested, a.rows, rows)
	case !sameProof(a.digest, now.sum()):
		e.add(a.place, fieldAttested, a.rows, 0) // one of them is another, which one no sum tells
	}
}

func (e *evidenceCheck) compareWhole(list []attested) {
	if list[0].kind != "" {
		e.add(place{}, fieldAttestation, 1, 0)
		return
	}
	if rows, sum := sumOf(e.tenant, list[1:]); rows != list[0].rows || !sameProof(sum, list[0].digest) {
		e.add(place{}, fieldAttestation, 1, 0)
	}
	e.found.AttestedAt = list[0].at.Time
}
