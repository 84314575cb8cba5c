package mutate

import (
	"bytes"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// FuzzTarget is run by TestFuzz in a process of its own.
func FuzzTarget(f *testing.F) {
	f.Add([]byte("abcdef"), "x", 1, true, byte(1))
	f.Add([]byte("0123456789"), "", 2, false, byte(0))
	Fuzz(f, func(t *testing.T, b []byte, _ string, _ int, _ bool, _ byte) {
		if os.Getenv("MUTATE_FAILS") != "" && bytes.ContainsRune(b, 'z') {
			t.Fatal("a z")
		}
	})
}

// again runs FuzzTarget with so many inputs a seed.
func again(t *testing.T, dir, each string, env ...string) (string, error) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self, "-test.run=^FuzzTarget$", "-test.v")
	cmd.Dir = dir
	cmd.Env = append(append(os.Environ(), Variable+"="+each), env...)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func TestFuzz_eachSeed_isReadInSoManyForms(t *testing.T) {
	out, err := again(t, t.TempDir(), "500")
	if err != nil || !strings.Contains(out, "FuzzTarget: 1000 inputs made of 2 seeds") {
		t.Errorf("%v:\n%s", err, out)
	}
	if out, err = again(t, t.TempDir(), ""); err != nil || strings.Contains(out, "inputs made") {
		t.Errorf("without a number: %v:\n%s", err, out)
	}
	if out, err = again(t, t.TempDir(), "many"); err == nil || !strings.Contains(out, `"many" is no number`) {
		t.Errorf("with a word: %v:\n%s", err, out)
	}
}

func TestFuzz_inputThatFails_isASeedFromThenOn(t *testing.T) {
	dir := t.TempDir()
	if out, err := again(t, dir, "100000", "MUTATE_FAILS=1"); err == nil || !strings.Contains(out, "Failing input written to") {
		t.Fatalf("%v:\n%s", err, out)
	}
	files, err := filepath.Glob(filepath.Join(dir, "testdata", "fuzz", "FuzzTarget", "*"))
	if err != nil || len(files) != 2 { // one made of each seed
		t.Fatalf("files %v, %v", files, err)
	}
	out, err := again(t, dir, "", "MUTATE_FAILS=1")
	if err == nil || !strings.Contains(out, "FuzzTarget/"+filepath.Base(files[0])) {
		t.Errorf("the seed does not fail by itself: %v:\n%s", err, out)
	}
}

// What is made differs from its seed, within its bounds, and leaves the seed alone.
func TestMutate_leavesItsSeed(t *testing.T) {
	r := &run{rnd: rand.New(rand.NewPCG(1, 2))}
	text := []byte("教育局 5\n")
	seed := []reflect.Value{reflect.ValueOf(text), reflect.ValueOf("a"), reflect.ValueOf(3)}
	r.seeds = [][]reflect.Value{seed}
	in := make([]reflect.Value, len(seed))
	forms, long := map[string]bool{}, 0
	for range 20_000 {
		r.mutate(in, seed)
		b := in[0].Bytes()
		if len(b) > longest {
			t.Fatalf("%d bytes", len(b))
		}
		long = max(long, len(b))
		forms[string(b)+"\x00"+in[1].String()] = true
	}
	if string(text) != "教育局 5\n" {
		t.Errorf("the seed is %q now", text)
	}
	if len(forms) < 10_000 || long < longest/2 {
		t.Errorf("%d forms, the longest of %d bytes", len(forms), long)
	}
}
