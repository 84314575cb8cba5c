package identity_test

import (
	"testing"

	"pingyi/complaints"
	"pingyi/internal/dbtest"
	"pingyi/models"
)

func TestErase_cutsTheLinksAndLeavesTheEvidence(t *testing.T) {
	dbtest.OnBoth(t, func(t *testing.T, db *dbtest.DB) {
		dbtest.WithCampaign(t, db, 3)
		f := dbtest.Filing(t)
		dbtest.File(t, db, f, complaints.Filed)
		yes := true
		who := models.Identity{Tenant: dbtest.Tenant, Account: "gh_1", Citizen: f.Citizen, SealedID: []byte("sealed"), Follows: &yes, FollowedAt: models.At(dbtest.Inside), SeenAt: models.At(dbtest.Inside)}
		if err := db.Remember(t.Context(), who); err != nil {
			t.Fatal(err)
		}
		if got, err := db.Identity(t.Context(), dbtest.Tenant, "gh_1", f.Citizen); err != nil || !*got.Follows || !got.FollowedAt.Equal(dbtest.Inside) {
			t.Errorf("identity %+v, %v", got, err)
		}
		if err := db.Erase(t.Context(), dbtest.Tenant, "gh_1", f.Citizen); err != nil {
			t.Fatal(err)
		}
		if _, err := db.Identity(t.Context(), dbtest.Tenant, "gh_1", f.Citizen); models.KindOf(err) != models.NotFound {
			t.Errorf("after erasure: %v", err)
		}
		if list, err := db.Tickets(t.Context(), dbtest.Tenant, f.Citizen); err != nil || len(list) != 0 {
			t.Errorf("tickets after erasure: %v, %v", list, err)
		}
		dbtest.WantRows(t, db, map[string]int{"complaints": 1, "complaint_contacts": 1, "complaint_links": 0, "identities": 0})
	})
}
