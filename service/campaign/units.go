package campaign

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"pingyi/folding"
	"pingyi/models"
	"pingyi/register"
	"pingyi/scoring"
)

// Units changes the register of a tenant.
type Units interface {
	// ChangeUnits puts the units that change returns into the register, all or nothing.
	// change has the register for itself until the commit and may be called again.
	ChangeUnits(ctx context.Context, tenant string, now time.Time, change func(known []models.Unit) ([]models.Unit, error)) error
}

// Register is the use cases of the register of units.
type Register struct {
	Views *Views
	Units Units
	Now   func() time.Time
	// IsWord reports whether the dialogue takes a text for a word of its own.
	IsWord func(string) bool
	// Shipped are the classes that programmes of the product itself have.
	Shipped func() ([][]string, error)
}

// Rules are the rules of the tenant's register. Its classes are those of a programme,
// else of the tenant's campaigns; before there is either, a class that is nearly one
// of a shipped programme's is taken for a slip, and any other for the city's own.
func (r *Register) Rules(ctx context.Context, tenant string, p *scoring.Programme) (register.Rules, error) {
	rules := register.Rules{Word: r.IsWord}
	if p != nil {
		rules.Classes.List = p.Classes
		return rules, nil
	}
	view, err := r.Views.Of(ctx, tenant)
	if err != nil {
		return rules, err
	}
	for i := range view.Campaigns {
		rules.Classes.Add(view.Campaigns[i].Defined.Classes)
	}
	if len(view.Campaigns) > 0 {
		return rules, nil
	}
	rules.Classes.Open = true
	shipped, err := r.Shipped()
	for _, classes := range shipped {
		rules.Classes.Add(classes)
	}
	return rules, err
}

// Change is what became of a change of the register.
type Change struct {
	register.Plan
	Warnings []register.Warning // about the file
	Imported int                // units of the file
}

// Import brings the register to what a CSV file says, all or nothing. With whole, the
// units that it does not name are retired. What would double, end or rename a unit
// that is rated now is done only with yes. The Change says what was, or would have
// been, changed also where an error is returned.
func (r *Register) Import(ctx context.Context, tenant string, p *scoring.Programme, file io.Reader, whole, yes bool) (Change, error) {
	var done Change
	rules, err := r.Rules(ctx, tenant, p)
	if err != nil {
		return done, err
	}
	units, err := rules.Parse(file)
	if err != nil {
		return done, &FileError{err}
	}
	done.Warnings, done.Imported = rules.Warnings(units), len(units)
	done.Plan, err = r.change(ctx, tenant, yes, func(p register.Present) (register.Plan, error) {
		return register.NewPlan(p, units, whole), nil
	})
	return done, err
}

// FileError is what is wrong with a file of units.
type FileError struct{ error }

func (e *FileError) Unwrap() error { return e.error }

// Retire takes a unit and its windows out of the register. models.NotFound:
// unknown_unit.
func (r *Register) Retire(ctx context.Context, tenant, code string, yes bool) (register.Plan, error) {
	return r.changeOne(ctx, tenant, code, yes, func(p register.Present, u models.Unit) (plan register.Plan, err error) {
		if !u.RetiredAt.IsZero() {
			return plan, nil
		}
		plan.Retire(p, u)
		for _, w := range register.Windows(p.Known, u.Code) {
			if w.RetiredAt.IsZero() {
				plan.Retire(p, w)
			}
		}
		return plan, nil
	})
}

// Restore returns a unit, and the windows that were retired with it. models.NotFound:
// unknown_unit; models.Conflict: code_taken.
func (r *Register) Restore(ctx context.Context, tenant, code string, yes bool) (register.Plan, error) {
	return r.changeOne(ctx, tenant, code, yes, func(p register.Present, u models.Unit) (plan register.Plan, err error) {
		if u.RetiredAt.IsZero() {
			return plan, nil
		}
		for _, other := range p.Known {
			if other.RetiredAt.IsZero() && folding.Code(other.Code) == folding.Code(u.Code) {
				return plan, models.Errorf(models.Conflict, "code_taken", "%s %s has this code", other.Code, other.Name)
			}
		}
		since := u.RetiredAt
		for _, one := range append([]models.Unit{u}, register.Windows(p.Known, u.Code)...) {
			if one.RetiredAt.Equal(since.Time) {
				one.RetiredAt = models.Time{}
				plan.Units = append(plan.Units, one)
				plan.Changes = append(plan.Changes, register.Change{Act: "returned", Unit: one})
			}
		}
		return plan, nil
	})
}

func (r *Register) changeOne(ctx context.Context, tenant, code string, yes bool, draw func(register.Present, models.Unit) (register.Plan, error)) (register.Plan, error) {
	return r.change(ctx, tenant, yes, func(p register.Present) (register.Plan, error) {
		u, found := register.Find(p.Known, code)
		if !found {
			return register.Plan{}, models.Errorf(models.NotFound, "unknown_unit", "the register has no unit %q", code)
		}
		return draw(p, u)
	})
}

// change carries out a plan for the register.
func (r *Register) change(ctx context.Context, tenant string, yes bool, draw func(register.Present) (register.Plan, error)) (plan register.Plan, err error) {
	present := register.Present{Now: r.Now()}
	if present.Rated, err = r.ratedNow(ctx, tenant, present.Now); err != nil {
		return plan, err
	}
	var refused error
	err = r.Units.ChangeUnits(ctx, tenant, present.Now, func(known []models.Unit) ([]models.Unit, error) {
		present.Known = known
		plan, refused = draw(present)
		switch {
		case refused != nil:
		case len(plan.Faults) > 0:
			refused = errors.New(strings.Join(plan.Faults, "\n"))
		case len(plan.Asks) > 0 && !yes:
			refused = fmt.Errorf("with --yes it is done although\n%s", strings.Join(plan.Asks, "\n"))
		}
		return plan.Units, refused
	})
	if refused != nil {
		plan.Asks = nil // nothing of it was done
		return plan, refused
	}
	return plan, err
}

// ratedNow are the codes of the units of campaigns that are approved and not over.
func (r *Register) ratedNow(ctx context.Context, tenant string, now time.Time) (map[string]bool, error) {
	view, err := r.Views.Of(ctx, tenant)
	if err != nil {
		return nil, err
	}
	rated := map[string]bool{}
	for i := range view.Campaigns {
		if c := &view.Campaigns[i]; !c.ApprovedAt.IsZero() && now.Before(c.ClosesAt.Time) {
			for _, u := range c.Units {
				rated[u.Code] = true
			}
		}
	}
	return rated, nil
}

// Spelt are codes as the register has them; every one that it does not have is named.
// models.NotFound: unknown_unit.
func (v *View) Spelt(codes []string) ([]string, error) {
	spelt := make(map[string]string, len(v.Units))
	for _, u := range v.Units {
		spelt[folding.Code(u.Code)] = u.Code
	}
	var found, missing []string
	for _, code := range codes {
		if own := spelt[folding.Code(code)]; own != "" {
			found = append(found, own)
		} else {
			missing = append(missing, fmt.Sprintf("%q", code))
		}
	}
	if len(missing) > 0 {
		return nil, models.Errorf(models.NotFound, "unknown_unit", "the register has no unit %s", strings.Join(missing, ", "))
	}
	return found, nil
}
