package e2e

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// firstStart looks at what the terminal says to somebody who has never seen the
// program, when it works and when it does not.
func firstStart(t *testing.T, s *server) {
	said := s.said.String()
	for _, want := range []string{s.base + "/simulator", "office API key", "curl -H 'Authorization: Bearer pingyi_", "--url " + s.base} {
		if !strings.Contains(said, want) {
			t.Errorf("no %q in what the start says:\n%s", want, said)
		}
	}
	for _, c := range []struct {
		name string
		env  []string
		code int
		want string
	}{
		{"addressTaken", s.env, 1, "PINGYI_ADDR and PINGYI_METRICS_ADDR can name other addresses"},
		{"nothingSet", withoutOptions(os.Environ()), 2, "PINGYI_ENV=demo needs no other option"},
	} {
		t.Run(c.name, func(t *testing.T) {
			cmd := exec.CommandContext(t.Context(), s.bin, "serve")
			var errs bytes.Buffer
			cmd.Dir, cmd.Env, cmd.Stderr = t.TempDir(), c.env, &errs
			if err := cmd.Run(); err == nil || cmd.ProcessState.ExitCode() != c.code || !strings.Contains(errs.String(), c.want) {
				t.Errorf("%v; no %q in:\n%s", err, c.want, &errs)
			}
		})
	}
}

var (
	demoBlock = regexp.MustCompile("```sh demo\n([^`]+)```")
	link      = regexp.MustCompile(`\]\(((?:docs|config)/[^)#]+)|\]\(([A-Z][^):#]*)\)|src="([^":]+)"`)
)

// readme runs every command that a README gives for the demo, in one shell, as
// they stand but for the server's address, and looks for what it links to.
func readme(t *testing.T, s *server, name string) {
	text, err := os.ReadFile(filepath.Join("..", name))
	if err != nil {
		t.Fatal(err)
	}
	script := "set -euo pipefail\n"
	for _, b := range demoBlock.FindAllSubmatch(text, -1) {
		script += string(b[1])
	}
	if strings.Count(script, "\n") < 5 {
		t.Fatalf("hardly any command for the demo:\n%s", script)
	}
	bin := filepath.Join(s.dir, "bin")
	if err := os.MkdirAll(bin, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(s.bin, filepath.Join(bin, "pingyi")); err != nil && !os.IsExist(err) {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "bash", "-c", strings.ReplaceAll(script, "127.0.0.1:8080", s.addr))
	var out bytes.Buffer
	cmd.Dir, cmd.Stdout, cmd.Stderr = s.dir, &out, &out
	cmd.Env = append(withoutOptions(os.Environ()), "PINGYI_ADDR="+s.addr)
	if err := cmd.Run(); err != nil {
		t.Errorf("%v\n%s\n%s", err, script, &out)
	}
	for _, m := range link.FindAllSubmatch(text, -1) {
		target := fmt.Sprintf("%s%s%s", m[1], m[2], m[3])
		if _, err := os.Stat(filepath.Join("..", filepath.FromSlash(target))); err != nil {
			t.Errorf("it links to %q: %v", target, err)
		}
	}
}
