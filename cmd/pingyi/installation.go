package main

import (
	"bytes"
	"context"
	"time"

	"pingyi/config"
	"pingyi/models"
	"pingyi/service/keys"
)

// installation is what a database is for under these options.
func installation(o *config.Options) models.InstallationKind {
	if o.Demo() {
		return models.DemoInstallation
	}
	return models.ProductionInstallation
}

// checkInstallation refuses a demo on a database of production, which its simulator
// and key would open to everybody, and production on a demo's, whose keys and figures
// are anybody's.
func (o *opened) checkInstallation(ctx context.Context) error {
	of, err := o.db.Installation(ctx)
	if err != nil {
		return err
	}
	switch want := installation(&o.opts); {
	case of == "" || of == want:
		return nil
	case want == models.DemoInstallation:
		return usageError{models.Errorf(models.Conflict, "production_database",
			"PINGYI_DATABASE is a production installation's, which PINGYI_ENV=demo would open to everybody; give the demo a database of its own, or take PINGYI_ENV=demo away")}
	default:
		return usageError{models.Errorf(models.Conflict, "demo_database",
			"PINGYI_DATABASE is a demo's: anybody may have entered what it holds; production needs a database of its own")}
	}
}

// recordInstallation says in the database what it is for, where nothing says so yet.
func (o *opened) recordInstallation(ctx context.Context) error {
	if err := o.db.RecordInstallation(ctx, installation(&o.opts), time.Now()); err != nil {
		return err
	}
	return o.checkInstallation(ctx) // another process may have been first
}

// isDemoKey reports whether a key's hash is that of the key which a demo makes of the
// installation's secret. Outside of the demo that key opens nothing, also where an
// older release was once started as a demo on a production database.
func isDemoKey(o *config.Options, tenant string, hash []byte) bool {
	for _, secret := range []config.Secret{o.Secret, o.SecretPrevious} {
		if secret != "" && bytes.Equal(hash, keys.Hash(demoKey(string(secret), tenant))) {
			return true
		}
	}
	return false
}
