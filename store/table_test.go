package store_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm/schema"

	"pingyi/internal/dbtest"
	"pingyi/models"
	"pingyi/store"
)

// What a statement of a table puts in, GORM reads: each value stands in its column.
func TestTable_insert_isWhatIsRead(t *testing.T) {
	dbtest.OnBoth(t, func(t *testing.T, db *dbtest.DB) {
		readsBack[models.Effect](t, db)
		readsBack[models.EffectAnswer](t, db)
		readsBack[models.Rating](t, db)
		readsBack[models.LiveRating](t, db)
		readsBack[models.RatingEnd](t, db)
		readsBack[models.RatingProvenance](t, db)
		readsBack[models.PublicRating](t, db)
		readsBack[models.Tally](t, db)
		readsBack[models.ComplaintEvent](t, db)
	})
}

func readsBack[T schema.Tabler](t *testing.T, db *dbtest.DB) {
	t.Helper()
	var want, got T
	n := 0
	fill(reflect.ValueOf(&want).Elem(), &n)
	s := store.TableOf[T]().Insert([]T{want}, "")
	if err := db.Primary(t.Context()).Exec(s.SQL, s.Args...).Error; err != nil {
		t.Fatal(err)
	}
	if err := db.Primary(t.Context()).Take(&got).Error; err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%T (-put +read)\n%s", want, diff)
	}
}

// fill gives each field a value of its own.
func fill(v reflect.Value, n *int) {
	for i := range v.NumField() {
		*n++
		f := v.Field(i)
		switch x := f.Addr().Interface().(type) {
		case *models.ID:
			x[0] = byte(*n)
		case *models.Time:
			*x = models.At(dbtest.Inside.Add(time.Duration(*n) * time.Second))
		case *[]byte:
			*x = make([]byte, 32)
			(*x)[0] = byte(*n)
		case **bool:
			b := *n%2 == 0
			*x = &b
		default:
			switch f.Kind() {
			case reflect.Struct:
				fill(f, n)
			case reflect.String:
				f.SetString(string(rune('a' + *n)))
			default:
				f.SetInt(int64(*n))
			}
		}
	}
}

// A value that goes through a subquery of no row is NULL, which its column refuses.
func TestTable_insertThrough_takesOneValueThroughASubquery(t *testing.T) {
	dbtest.OnBoth(t, func(t *testing.T, db *dbtest.DB) {
		dbtest.WithCampaign(t, db, 1)
		row := models.RatingProvenance{Tenant: dbtest.Tenant, Campaign: dbtest.Campaign, Rating: dbtest.NewID(t), Provenance: "follower"}
		for id, want := range map[string]int{"none": 0, dbtest.Campaign: 1} {
			s := store.TableOf[models.RatingProvenance]().InsertThrough(&row, "rating", "SELECT ? FROM campaigns WHERE tenant=? AND id=?", dbtest.Tenant, id)
			err := db.Primary(t.Context()).Exec(s.SQL, s.Args...).Error
			if (err == nil) != (want == 1) {
				t.Errorf("of the campaign %s: %v", id, err)
			}
			if n := dbtest.Count(t, db, "rating_provenances", "rating=?", row.Rating); n != want && want == 1 {
				t.Errorf("%d rows, want %d", n, want)
			}
		}
	})
}
