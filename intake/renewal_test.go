package intake

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pingyi/models"
	"pingyi/seal"
)

// renewedKeys are keys of which a renewal may have made one, for who can ask.
type renewedKeys struct {
	keptKeys

	root    []byte
	renewed *[]models.SealingKey
	away    *bool
}

func (k renewedKeys) Key(context.Context, string, string) ([]byte, error) { return k.root, nil }

func (k renewedKeys) SealingKeys(context.Context, string) ([]models.SealingKey, error) {
	if *k.away {
		return nil, errors.New("the database is away")
	}
	return *k.renewed, nil
}

// A server that could not ask for keys while they were renewed asks when it meets a
// session that it cannot open: the dialogue goes on. While it cannot ask, the dialogue
// is not begun anew either.
func TestSession_ofAKeyThatThisServerDoesNotKnow_goesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		one, o := newOneCitizen(t)
		one.Actions = &record{oneCitizen: o, committed: map[models.ID][]byte{}}
		wrapper, err := seal.NewWrapper(strings.Repeat("s", 40), "")
		if err != nil {
			t.Fatal(err)
		}
		away, renewed := false, []models.SealingKey{}
		keys := renewedKeys{root: wrapper.Wrap(seal.NewKey(), "default/"+models.TenantKey), renewed: &renewed, away: &away}
		desk := func() *Desk {
			options := one.Options
			options.Keys = seal.NewRing(wrapper, keys)
			if _, err := options.Keys.Tenant(t.Context(), "default"); err != nil {
				t.Fatal(err)
			}
			return NewDesk(options)
		}
		stale := desk()
		renewed = append(renewed, models.SealingKey{
			Number: 1, Wrapped: wrapper.Wrap(seal.NewKey(), "default/"+models.SealingName(1)), Age: time.Hour,
		})
		time.Sleep(time.Hour)
		say, ahead := saying(t), desk()
		say(ahead, "a", "市教育局")
		away = true
		if got := say(stale, "b", "5"); strings.Contains(got.Text, "第1题") || strings.Contains(got.Text, "请核对") {
			t.Fatalf("while keys cannot be asked for: %s", got.Text)
		}
		away = false
		shown := say(stale, "c", "5")
		if !strings.Contains(shown.Text, "请核对") {
			t.Fatalf("the dialogue does not go on: %s", shown.Text)
		}
		if again := say(ahead, "c", "5"); again.Text != shown.Text {
			t.Errorf("a repeat got %q, the first delivery %q", again.Text, shown.Text)
		}
	})
}
