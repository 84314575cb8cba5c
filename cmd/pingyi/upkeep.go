package main

import (
	"context"
	"errors"
	"fmt"

	"pingyi/complaints"
	"pingyi/models"
	"pingyi/seal"
)

const rewrapPage = 500 // complaints' keys read at a time

// logRewrap wraps what the previous secret still has under the present one. A server
// that has the old secret yet may wrap more with it, hence again and again.
func (o *opened) logRewrap(ctx context.Context) error {
	n, err := o.rewrap(ctx)
	switch {
	case ctx.Err() != nil:
	case err != nil:
		o.log.Error("not every key is wrapped by PINGYI_SECRET; keep PINGYI_SECRET_PREVIOUS", "wrapped_anew", n, "err", err)
	default:
		o.log.Info("every key is wrapped by PINGYI_SECRET; once all servers have it, PINGYI_SECRET_PREVIOUS can go", "wrapped_anew", n)
	}
	return nil // told above: an operator, not another try, has to mend it
}

// checkSecret opens the keys of every tenant that is served, or makes them: no
// server is better than one whose secret cannot answer anybody. Where a key is lost,
// that of proofs among them, it does not start.
func (o *opened) checkSecret(ctx context.Context, accounts []wechatAccount) error {
	tenants := []string{o.tenant}
	for _, a := range accounts {
		tenants = append(tenants, a.account.Tenant)
	}
	for _, t := range tenants {
		err := o.proofs.check(ctx, t)
		if errors.Is(err, seal.ErrOpen) {
			return usageError{fmt.Errorf("PINGYI_SECRET does not open what is stored: %w", err)}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// rewrap goes through the keys of every tenant and says how many it wrapped
// anew. Several servers may do it at once: a key is replaced only where it still
// is what was read. A key that neither secret opens keeps nobody else's.
func (o *opened) rewrap(ctx context.Context) (n int, err error) {
	tenants, err := o.db.Tenants(ctx)
	if err != nil {
		return 0, err
	}
	var faults []error
	for _, t := range tenants {
		for _, of := range []func(context.Context, string) (int, error){o.rewrapKeys, o.rewrapComplaints} {
			more, err := of(ctx, t.Tenant)
			if n += more; err != nil {
				faults = append(faults, fmt.Errorf("tenant %s: %w", t.Tenant, err))
			}
		}
	}
	return n, errors.Join(faults...)
}

func (o *opened) rewrapKeys(ctx context.Context, tenant string) (n int, err error) {
	keys, err := o.db.Keys(ctx, tenant)
	if err != nil {
		return 0, err
	}
	for _, k := range keys {
		done, kerr := o.rewrapOne(k.Wrapped, tenant+"/"+k.Name, func(wrapped []byte) (bool, error) {
			return o.db.ReplaceKey(ctx, tenant, k.Name, k.Wrapped, wrapped)
		})
		if n += done; kerr != nil {
			err = kerr
		}
	}
	return n, err
}

func (o *opened) rewrapComplaints(ctx context.Context, tenant string) (n int, err error) {
	var after models.ID
	for {
		keys, lerr := o.db.ComplaintKeys(ctx, tenant, after, rewrapPage)
		if lerr != nil || len(keys) == 0 {
			return n, errors.Join(err, lerr)
		}
		for _, k := range keys {
			after = k.Complaint
			done, kerr := o.rewrapOne(k.Wrapped, complaints.KeyName(k.Complaint), func(wrapped []byte) (bool, error) {
				return o.db.ReplaceComplaintKey(ctx, tenant, k.Complaint, k.Wrapped, wrapped)
			})
			if n += done; kerr != nil {
				err = kerr
			}
		}
	}
}

// rewrapOne replaces one key if the previous secret has it; n is 1 where it did.
func (o *opened) rewrapOne(wrapped []byte, name string, replace func([]byte) (bool, error)) (n int, err error) {
	again, stale, err := o.ring.Wrapper().Rewrap(wrapped, name)
	if err != nil || !stale {
		return 0, err
	}
	replaced, err := replace(again)
	if replaced {
		n = 1
	}
	return n, err
}
