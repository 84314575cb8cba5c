// Package mutate is for tests: it lets a fuzz target read many more inputs than
// coverage guidance has time for. go test -fuzz takes some 70 µs an input to look
// at what it covered; here inputs are made of those that it found, and nothing is
// looked at but what the target itself checks. It imports nothing of ours.
package mutate

import (
	"crypto/sha256"
	"encoding/hex"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"
)

// Variable names how many inputs are made of each seed; unset or empty, none.
const Variable = "PINGYI_MUTATIONS"

// Fuzz is f.Fuzz. Where go test runs the seeds alone and Variable is set, it also
// calls target with so many inputs made of each seed and of those before it. An
// input that fails is written below testdata/fuzz, as go test -fuzz does, and so is
// a seed from then on.
func Fuzz(f *testing.F, target any) {
	f.Helper()
	n, err := perSeed(os.Getenv(Variable))
	if err != nil {
		f.Fatal(err)
	}
	if n == 0 || fuzzing() {
		f.Fuzz(target)
		return
	}
	r := &run{name: f.Name(), target: reflect.ValueOf(target), each: n, rnd: rand.New(rand.NewPCG(1, uint64(n)))} //nolint:gosec // the same inputs each time
	start := time.Now()
	f.Fuzz(reflect.MakeFunc(r.target.Type(), r.seed).Interface())
	fmt.Fprintf(os.Stderr, "mutate: %s: %d inputs made of %d seeds in %v\n", r.name, r.made, len(r.seeds), time.Since(start).Round(time.Millisecond))
}

func perSeed(v string) (int, error) {
	if v == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(v)
	if err != nil || n < 0 {
		return 0, fmt.Errorf("%s: %q is no number of inputs", Variable, v)
	}
	return n, nil
}

// fuzzing says whether go test -fuzz runs, or one of its workers.
func fuzzing() bool {
	for _, name := range []string{"test.fuzz", "test.fuzzworker"} {
		if fl := flag.Lookup(name); fl != nil && fl.Value.String() != "" && fl.Value.String() != "false" {
			return true
		}
	}
	return false
}

// run is one target's run over its seeds, one after the other.
type run struct {
	name   string
	target reflect.Value
	each   int
	rnd    *rand.Rand
	seeds  [][]reflect.Value
	made   int
}

// seed calls the target with a seed and with what is made of it. args[0] is its
// *testing.T.
func (r *run) seed(args []reflect.Value) []reflect.Value {
	r.target.Call(args)
	t, ok := args[0].Interface().(*testing.T)
	if !ok || t.Failed() {
		return nil
	}
	r.seeds = append(r.seeds, args[1:])
	in := make([]reflect.Value, len(args))
	in[0] = args[0]
	done := false
	defer func() {
		if !done { // Fatal or a panic
			t.Log(keep(r.name, in[1:]))
		}
	}()
	for range r.each {
		r.mutate(in[1:], args[1:])
		r.target.Call(in)
		r.made++
		if t.Failed() {
			return nil
		}
	}
	done = true
	return nil
}

// keep writes an input where go test finds it as a seed, and says so.
func keep(name string, in []reflect.Value) string {
	var b strings.Builder
	b.WriteString("go test fuzz v1\n")
	for _, v := range in {
		if v.IsValid() {
			fmt.Fprintf(&b, "%s\n", literal(v))
		}
	}
	sum := sha256.Sum256([]byte(b.String()))
	file := filepath.Join("testdata", "fuzz", name, hex.EncodeToString(sum[:8]))
	err := os.MkdirAll(filepath.Dir(file), 0o750)
	if err == nil {
		err = os.WriteFile(file, []byte(b.String()), 0o600)
	}
	if err != nil {
		return fmt.Sprintf("Failing input, not written (%v):\n%s", err, b.String())
	}
	return "Failing input written to " + file
}

// literal is a value as a file of seeds has it.
func literal(v reflect.Value) string {
	switch v.Kind() {
	case reflect.Slice:
		return fmt.Sprintf("[]byte(%q)", v.Bytes())
	case reflect.String:
		return fmt.Sprintf("string(%q)", v.String())
	case reflect.Uint8:
		return fmt.Sprintf("byte(%q)", rune(v.Uint())) //nolint:gosec // a byte
	default:
		return fmt.Sprintf("%s(%v)", v.Type(), v.Interface())
	}
}
