package campaign

import (
	"context"
	"strings"
	"time"

	"pingyi/models"
)

// Numbers gives the codes of an account their numbers, where its codes carry numbers
// alone.
type Numbers interface {
	// EnsureScenes gives each target that has none a number, in the order of targets;
	// a number is never changed and never given out again.
	EnsureScenes(ctx context.Context, tenant, account string, targets []string, now time.Time) error
	// Scenes lists the numbers in their order.
	Scenes(ctx context.Context, tenant, account string) ([]models.Scene, error)
}

// Scenes is the use cases of numbered codes. Account is the one whose codes carry
// numbers; where it is empty there are none.
type Scenes struct {
	Views   *Views
	Numbers Numbers
	Account string
	Now     func() time.Time
}

// SceneOf names a unit or window in its codes: u:A03, w:A03W1.
func SceneOf(u models.Unit) string {
	if u.Type == models.Window {
		return "w:" + u.Code
	}
	return "u:" + u.Code
}

// SceneOfCampaign names a campaign in its codes.
func SceneOfCampaign(id string) string { return "c:" + id }

// Ensure gives numbers to the codes of the tenant's units, windows and campaigns.
func (s *Scenes) Ensure(ctx context.Context, tenant string) error {
	if s.Account == "" {
		return nil
	}
	view, err := s.Views.Of(ctx, tenant)
	if err != nil {
		return err
	}
	targets := make([]string, 0, len(view.Units)+len(view.Campaigns))
	for _, u := range view.Units {
		targets = append(targets, SceneOf(u))
	}
	for _, c := range view.Newest() {
		targets = append(targets, SceneOfCampaign(c.ID))
	}
	return s.Numbers.EnsureScenes(ctx, tenant, s.Account, targets, s.Now())
}

// ByTarget are the numbers of the codes by what they stand for.
func (s *Scenes) ByTarget(ctx context.Context, tenant string) (map[string]int, error) {
	list, err := s.Numbers.Scenes(ctx, tenant, s.Account)
	if err != nil {
		return nil, err
	}
	numbers := make(map[string]int, len(list))
	for _, n := range list {
		numbers[n.Target] = n.ID
	}
	return numbers, nil
}

// NamedScene is a number with what it stands for.
type NamedScene struct {
	Number       int
	Target, Name string
}

// Named lists the numbers in their order with the names of what they stand for.
func (s *Scenes) Named(ctx context.Context, tenant string) ([]NamedScene, error) {
	list, err := s.Numbers.Scenes(ctx, tenant, s.Account)
	if err != nil {
		return nil, err
	}
	view, err := s.Views.Of(ctx, tenant)
	if err != nil {
		return nil, err
	}
	names := make(map[string]string, len(view.Units)+len(view.Campaigns))
	for _, u := range view.Units {
		names[SceneOf(u)] = strings.ReplaceAll(u.Name, "\t", " ")
	}
	for i := range view.Campaigns {
		names[SceneOfCampaign(view.Campaigns[i].ID)] = view.Campaigns[i].Title
	}
	named := make([]NamedScene, len(list))
	for i, n := range list {
		named[i] = NamedScene{n.ID, n.Target, names[n.Target]}
	}
	return named, nil
}
