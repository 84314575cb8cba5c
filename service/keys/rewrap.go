package keys

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"pingyi/complaints"
	"pingyi/models"
	"pingyi/seal"
)

const rewrapPage = 500 // complaints' keys read at a time

// Rewrapped are all keys that the secret wraps.
type Rewrapped interface {
	Tenants(ctx context.Context) ([]models.Tenant, error)
	// Keys lists a tenant's, without those that were destroyed.
	Keys(ctx context.Context, tenant string) ([]models.WrappedKey, error)
	// ComplaintKeys lists at most limit keys behind the complaint after, by id.
	ComplaintKeys(ctx context.Context, tenant string, after models.ID, limit int) ([]models.ComplaintKey, error)
	// ReplaceKey and ReplaceComplaintKey store a key under another wrapping, if it
	// still has the one given.
	ReplaceKey(ctx context.Context, tenant, name string, old, wrapped []byte) (replaced bool, err error)
	ReplaceComplaintKey(ctx context.Context, tenant string, complaint models.ID, old, wrapped []byte) (replaced bool, err error)
}

// Rewrapping wraps what the previous secret still has under the present one.
type Rewrapping struct {
	Keys    Rewrapped
	Wrapper *seal.Wrapper
	Log     *slog.Logger
}

// Run is Rewrap as a job. A server that has the old secret yet may wrap more with it,
// hence again and again. What fails is in the log: an operator, not another try, has to
// mend it.
func (r *Rewrapping) Run(ctx context.Context) error {
	n, err := r.Rewrap(ctx)
	switch {
	case ctx.Err() != nil:
	case err != nil:
		r.Log.Error("not every key is wrapped by PINGYI_SECRET; keep PINGYI_SECRET_PREVIOUS", "wrapped_anew", n, "err", err)
	default:
		r.Log.Info("every key is wrapped by PINGYI_SECRET; once all servers have it, PINGYI_SECRET_PREVIOUS can go", "wrapped_anew", n)
	}
	return nil
}

// Rewrap goes through the keys of every tenant and says how many it wrapped
// anew. Several servers may do it at once: a key is replaced only where it still
// is what was read. A key that neither secret opens does not keep the others.
func (r *Rewrapping) Rewrap(ctx context.Context) (n int, err error) {
	tenants, err := r.Keys.Tenants(ctx)
	if err != nil {
		return 0, err
	}
	var faults []error
	for _, t := range tenants {
		for _, of := range []func(context.Context, string) (int, error){r.rewrapKeys, r.rewrapComplaints} {
			more, err := of(ctx, t.Tenant)
			if n += more; err != nil {
				faults = append(faults, fmt.Errorf("tenant %s: %w", t.Tenant, err))
			}
		}
	}
	return n, errors.Join(faults...)
}

func (r *Rewrapping) rewrapKeys(ctx context.Context, tenant string) (n int, err error) {
	keys, err := r.Keys.Keys(ctx, tenant)
	if err != nil {
		return 0, err
	}
	for _, k := range keys {
		done, kerr := r.rewrapOne(k.Wrapped, tenant+"/"+k.Name, func(wrapped []byte) (bool, error) {
			return r.Keys.ReplaceKey(ctx, tenant, k.Name, k.Wrapped, wrapped)
		})
		if n += done; kerr != nil {
			err = kerr
		}
	}
	return n, err
}

func (r *Rewrapping) rewrapComplaints(ctx context.Context, tenant string) (n int, err error) {
	var after models.ID
	for {
		keys, lerr := r.Keys.ComplaintKeys(ctx, tenant, after, rewrapPage)
		if lerr != nil || len(keys) == 0 {
			return n, errors.Join(err, lerr)
		}
		for _, k := range keys {
			after = k.Complaint
			done, kerr := r.rewrapOne(k.Wrapped, complaints.KeyName(k.Complaint), func(wrapped []byte) (bool, error) {
				return r.Keys.ReplaceComplaintKey(ctx, tenant, k.Complaint, k.Wrapped, wrapped)
			})
			if n += done; kerr != nil {
				err = kerr
			}
		}
	}
}

// rewrapOne replaces one key if the previous secret has it; n is 1 where it did.
func (r *Rewrapping) rewrapOne(wrapped []byte, name string, replace func([]byte) (bool, error)) (n int, err error) {
	again, stale, err := r.Wrapper.Rewrap(wrapped, name)
	if err != nil || !stale {
		return 0, err
	}
	replaced, err := replace(again)
	if replaced {
		n = 1
	}
	return n, err
}
