//go:build drill

package faults

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// What the next release has besides: its version, a receipt that says so, a table
// and a column of a table that every rating is written to. It only adds.
const (
	nextVersion = "v99.0.0-next"
	nextReceipt = "已经记下，谢谢您。（新版）"

	nextTable       = "CREATE TABLE IF NOT EXISTS rating_remarks (tenant %s NOT NULL, rating %s NOT NULL, remark %s NOT NULL, PRIMARY KEY (tenant, rating))%s;\n"
	nextColumn      = "ALTER TABLE ratings ADD COLUMN remark %s NULL;\n"
	nextColumnAgain = "ALTER TABLE ratings ADD COLUMN IF NOT EXISTS remark %s NULL;\n" // MariaDB: a file may be run again
)

// release is a program and the version of its schema.
type release struct {
	bin    string
	schema int
}

// buildNext makes the next release of these very sources.
var buildNext = sync.OnceValues(func() (r release, err error) {
	bin, err := build()
	if err != nil {
		return r, err
	}
	if r.schema, err = newestMigration(); err != nil {
		return r, err
	}
	o := overlay{dir: filepath.Dir(bin), files: map[string]string{}}
	for dialect, sql := range map[string][2]string{
		"mysql": {
			"-- +goose NO TRANSACTION\n-- +goose Up\n" + fmt.Sprintf(nextTable, "VARCHAR(64)", "VARBINARY(16)", "VARCHAR(64)", " ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin"),
			"-- +goose NO TRANSACTION\n-- +goose Up\n" + fmt.Sprintf(nextColumnAgain, "VARCHAR(64)"),
		},
		"sqlite": {
			"-- +goose Up\n" + fmt.Sprintf(nextTable, "TEXT", "BLOB", "TEXT", " STRICT"),
			"-- +goose Up\n" + fmt.Sprintf(nextColumn, "TEXT"),
		},
	} {
		for i, name := range []string{"rating_remarks", "ratings_remark"} {
			err = errors.Join(err, o.replace(fmt.Sprintf("../store/migrations/%s/%05d_%s.sql", dialect, r.schema+1+i, name), sql[i]))
		}
	}
	r.schema += 2
	texts, failed := os.ReadFile("../bot/catalogue/texts/zh-Hans.yaml")
	const receipt = "    done: 已经记下，谢谢您。\n"
	if err = errors.Join(err, failed); err == nil && strings.Count(string(texts), receipt) != 1 {
		err = errors.New("the receipt's text is not where it was")
	}
	if err != nil {
		return r, err
	}
	if err = o.replace("../bot/catalogue/texts/zh-Hans.yaml", strings.Replace(string(texts), receipt, "    done: "+nextReceipt+"\n", 1)); err != nil {
		return r, err
	}
	r.bin, err = o.build("pingyi-next", "-ldflags", "-X main.version="+nextVersion)
	return r, err
})

// newestMigration is the version of the schema that these sources have.
func newestMigration() (newest int, err error) {
	files, err := filepath.Glob("../store/migrations/mysql/*.sql")
	for _, f := range files {
		number, _, _ := strings.Cut(filepath.Base(f), "_")
		n, failed := strconv.Atoi(number)
		newest, err = max(newest, n), errors.Join(err, failed)
	}
	if err == nil && newest == 0 {
		err = errors.New("there are no migrations")
	}
	return newest, err
}

// releases are this one and the next.
func releases(t testing.TB) (now, next release) {
	t.Helper()
	next, err := buildNext()
	if err != nil {
		t.Fatal(err)
	}
	return release{binary(t), next.schema - 2}, next
}
